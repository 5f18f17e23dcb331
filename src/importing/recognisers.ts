import type { ColumnProfile } from './profile-columns.ts';

/** How the columns of one field are known by name and content. */
export interface Recogniser {
  /** A wire field of bank/fields.ts, or one of the parts `debit credit time year month day`. */
  readonly field: string;
  /** Names as normaliseName gives them, best first; separated by `|`. */
  readonly names: string;
  /** Names that fit less well than any of `names`: only taken when nothing better is there. */
  readonly weakNames?: string;
  /** Words that rule a column out unless its whole name is listed. */
  readonly not?: string;
  /** Whether the content can be this field. */
  readonly accepts: (profile: ColumnProfile) => boolean;
  /** Score (below 0.5) of a column known by its content alone; 0 when it cannot be. */
  readonly byContent?: (profile: ColumnProfile) => number;
}

const isText = (profile: ColumnProfile) => profile.filled > 0 && profile.dates < 0.5;
const isNumber = (profile: ColumnProfile) =>
  profile.filled > 0 && profile.numbers >= 0.5 && profile.plainDates < 0.5;
const isAny = (profile: ColumnProfile) => profile.filled > 0;

/** THE table of column names: English, German, French, Spanish, Dutch and the habits of bank exports. */
export const RECOGNISERS: readonly Recogniser[] = [
  {
    field: 'date',
    names:
      'transaction date|date|datetime|date time|timestamp|transaction datetime|booking date|posting date|posted date|post date|date posted|completed date|started date|buchungstag|buchungsdatum|buchung|datum|date operation|date d operation|date de l operation|date de operation|fecha|fecha operacion|fecha de operacion|fecha de la operacion|boekdatum|boekingsdatum|transactiedatum|rentedatum|transaction time|time stamp|created at|created|settlement date|date comptable|date de comptabilisation|fecha contable|value date|valutadatum|valuta|wertstellung|wertstellungsdatum|date valeur|date de valeur|fecha valor|valuta datum|effective date|purchase date|payment date|invoice date|when',
    not: 'of birth|birth|expiry|expires|due|update|updated|opened|end|geburtsdatum',
    accepts: (profile) => profile.dates >= 0.5,
    byContent: (profile) => (profile.plainDates >= 0.95 ? 0.45 : 0),
  },
  {
    field: 'time',
    names: 'time|transaction time|time of day|uhrzeit|zeit|heure|hora|tijd|tijdstip|buchungszeit',
    accepts: (profile) => profile.times >= 0.8,
  },
  {
    field: 'year',
    names: 'year|jahr|annee|ano|jaar',
    accepts: (profile) => profile.numbers >= 0.9 && profile.lengthMean >= 2 && profile.lengthMean <= 4,
  },
  { field: 'month', names: 'month|monat|mois|mes|maand', accepts: (profile) => profile.lengthMean <= 9 },
  {
    field: 'day',
    names: 'day|day of month|tag|jour|dia|dag',
    accepts: (profile) => profile.numbers >= 0.9 && profile.lengthMean <= 2,
  },
  {
    field: 'amount',
    names:
      'amount|transaction amount|value|sum|total|total amount|amt|cash|betrag|umsatz|buchungsbetrag|umsatzbetrag|montant|montant operation|importe|monto|cantidad|bedrag|transactiebedrag|price|cost|spend|billing amount|paid amount|amount paid',
    not: 'fee|fees|tax|vat|fraud|balance|count|number|no|rate|points|cashback|date|original|foreign|saldo|solde|limit|type|code|id|sign',
    accepts: isNumber,
    byContent: (profile) =>
      profile.numbers >= 0.95 && profile.plainDates < 0.05 && profile.fractions >= 0.1 && profile.times < 0.5
        ? 0.4
        : 0,
  },
  {
    field: 'debit',
    names:
      'debit|debits|debit amount|amount debit|withdrawal|withdrawals|withdrawal amount|withdrawal amt|paid out|money out|outflow|outgoing|out|amount out|spent|expense amount|expenses|soll|belastung|lastschrift|ausgaben|ausgabe|ausgang|depense|depenses|montant debit|sortie|retrait|cargo|cargos|gasto|gastos|debito|egreso|uitgaven|af',
    not: 'type|card|date|count|account|number|id',
    accepts: isNumber,
  },
  {
    field: 'credit',
    names:
      'credit|credits|credit amount|amount credit|deposit|deposits|deposit amount|deposit amt|paid in|money in|inflow|incoming|in|amount in|received|income amount|income|haben|gutschrift|einnahmen|einnahme|eingang|recette|recettes|montant credit|entree|depot|abono|abonos|ingreso|ingresos|credito|inkomsten|bij',
    not: 'type|card|date|count|account|number|id|limit|score|line',
    accepts: isNumber,
  },
  {
    field: 'type',
    names:
      'type|transaction type|income expense|expense income|debit credit|credit debit|dr cr|cr dr|d c|direction|movement|movement type|flow|sign|amount sign|in out|entry type|debit or credit|credit or debit|credit debit indicator|cdt dbt ind|soll haben|soll haben kennzeichen|s h|art|buchungsart|sens|type operation|type d operation|type de transaction|tipo|tipo movimiento|tipo de movimiento|tipo de transaccion|af bij|bij af|soort',
    accepts: (profile) => profile.directions >= 0.5,
    // One letter may be any code; words such as debit and credit may not.
    byContent: (profile) =>
      profile.directions >= 0.95 && profile.lengthMean > 1.5 && profile.distinctCount <= 6 ? 0.49 : 0,
  },
  {
    field: 'description',
    names:
      'description|transaction description|narrative|narration|details|transaction details|note|notes|memo|particulars|transaction narrative|remarks|remark|comment|comments|desc|descriptor|statement descriptor|statement description|original description|verwendungszweck|buchungstext|bezeichnung|beschreibung|text|libelle|libelle operation|libelle de l operation|intitule|designation|concepto|descripcion|detalle|movimiento|omschrijving|mededelingen|mededeling|omschrijving 1|item|subject|purpose|information|additional information|message|title|product',
    weakNames: 'name description|transaction',
    not: 'code|id|account|date|amount|category|type',
    accepts: isText,
    byContent: (profile) =>
      profile.letters >= 0.7 && profile.lengthMean >= 8 && profile.distinctCount > 8 && profile.dates < 0.1
        ? 0.2 + 0.1 * profile.distinct
        : 0,
  },
  {
    field: 'merchant_name',
    names:
      'merchant name|merchant|supplier|supplier name|payee|payee name|vendor|vendor name|beneficiary|beneficiary name|counterparty|counterparty name|counter party|recipient|store|shop|retailer|seller|company|business|empfanger|zahlungsempfanger|beguenstigter zahlungspflichtiger|begunstigter zahlungspflichtiger|auftraggeber empfanger|name zahlungsbeteiligter|auftraggeber|beguenstigter|begunstigter|zahlungspflichtiger|handler|haendler|tiers|beneficiaire|commercant|fournisseur|marchand|comercio|beneficiario|proveedor|tegenpartij|naam tegenpartij|naam tegenpartij bij|begunstigde|naam|winkel|naam omschrijving|partner name|payer',
    weakNames: 'name|merchant id|merchant no|merchant number|terminal id|terminal|supplier id|vendor id',
    not: 'id|city|state|suburb|category|code|type|country|zip|account|number|no|lat|long|mcc|bic|iban|location',
    accepts: isAny,
  },
  {
    field: 'category',
    names:
      'category|transaction category|category name|spending category|expense category|spend category|budget category|main category|kategorie|hauptkategorie|categorie|categoria|rubrique|rubriek|rubrik|exp type|expense type|spend type|expenditure type|expenditure category|budget',
    weakNames: 'spend level|label|class|classification|group',
    not: 'sub|subcategory|code|id|merchant category code|mcc|predicted|confidence',
    // Codes are categories too, but hardly so many as amounts or identifiers.
    accepts: (profile) =>
      isText(profile) &&
      (profile.distinct < 0.9 || profile.filled < 30) &&
      (profile.letters >= 0.5 || (profile.fractions === 0 && profile.distinctCount <= 300)),
  },
  {
    field: 'payment_method',
    names:
      'payment method|payment mode|mode of payment|method of payment|payment type|pay method|method|mode|payment channel|channel|tender|tender type|card type|transaction method|transaction mode|use chip|instrument|zahlungsart|zahlungsmethode|mode de paiement|moyen de paiement|type de paiement|forma de pago|metodo de pago|medio de pago|betaalwijze|betaalmethode|betaalmiddel|mutatiesoort',
    weakNames: 'transaction type|type|buchungsart|art|type operation',
    not: 'id|number|code|date',
    accepts: (profile) => isText(profile) && profile.letters >= 0.5 && profile.distinctCount <= 200,
  },
  {
    field: 'location',
    names:
      'location|city|merchant city|merchant location|town|suburb|merchant suburb|town city|city town|place|merchant place|address|merchant address|branch|ort|stadt|standort|ville|lieu|localite|ciudad|lugar|localidad|plaats|stad',
    weakNames: 'merchant state|region|province',
    not: 'id|code|lat|long|birth|ip',
    accepts: (profile) => isText(profile) && profile.letters >= 0.3,
  },
  {
    field: 'account_id',
    names:
      'account id|account|account number|account no|acct|acct no|acct id|account name|iban|card id|card number|card no|card num|cc num|cc number|credit card number|card|card name|konto|kontonummer|auftragskonto|kontobezeichnung|iban auftragskonto|compte|numero de compte|numero compte|cuenta|numero de cuenta|tarjeta|rekening|rekeningnummer|eigen rekening|customer id|customer|client id|client|customer number|cardholder|cardholder id|user id|user|member|member id|wallet|kundennummer|kunde|cliente|klant|atm|atm id',
    not: 'type|balance|description|counterparty|beneficiary|payee|merchant|destination|date|gegenkonto|tegenrekening|limit|age|gender|holder name|count',
    accepts: isAny,
  },
  {
    field: 'transaction_id',
    names:
      'transaction id|tx id|txn id|trans id|id transaction|transaction number|transaction no|transaction ref|transaction reference|trans num|trans no|uuid|transaktionsnummer|buchungsnummer|transaktions id|numero operation|id transaccion|transactie id|volgnr|volgnummer',
    weakNames: 'id',
    not: 'merchant|customer|account|user|terminal|type|category',
    accepts: (profile) => profile.filled > 0 && (profile.distinct >= 0.9 || profile.filled < 20),
  },
  {
    field: 'currency',
    names:
      'currency|currency code|transaction currency|ccy|curr|wahrung|waehrung|devise|monnaie|moneda|divisa|valuta|munt',
    not: 'rate|original|foreign|amount',
    accepts: (profile) => profile.currencies >= 0.8,
  },
  {
    field: 'merchant_category_code',
    names: 'mcc|merchant category code|mcc code|sic|sic code|category code|merchant category',
    accepts: (profile) => profile.numbers >= 0.8 && profile.lengthMean <= 5,
  },
  {
    field: 'balance_after',
    names:
      'balance|running balance|balance after|account balance|closing balance|available balance|new balance|balance amount|balance amt|saldo|kontostand|saldo nach buchung|solde|saldo posterior|saldo na mutatie|saldo na boeking',
    not: 'before|old|opening|date|type|start|vor',
    accepts: isNumber,
  },
  {
    field: 'country',
    names: 'country|merchant country|country code|land|pays|pais|landcode|lander',
    accepts: (profile) => isText(profile) && profile.letters >= 0.8,
  },
  {
    field: 'reference',
    names:
      'reference|ref|payment reference|reference number|ref no|ref number|chq ref no|cheque number|check number|cheque no|invoice number|invoice|kundenreferenz|kundenreferenz end to end|end to end referenz|referenz|mandatsreferenz|numero de reference|referencia|kenmerk|betalingskenmerk|betalingsreferentie',
    accepts: isAny,
  },
  { field: 'tags', names: 'tags|tag|labels|schlagworte|etiquettes|etiquetas', accepts: isText },
];

/** Words that say nothing about which field a column is. */
export const NOISE_WORDS = new Set([
  'tx',
  'txn',
  'trx',
  'trans',
  'transaction',
  'bank',
  'the',
  'in',
  'local',
]);
