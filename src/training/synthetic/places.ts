/** A town in which people live, shop and travel. */
export interface Place {
  readonly city: string;
  readonly country: string;
  readonly currency: string;
}

/** Units of a currency that buy about what one US dollar buys; round figures, for scaling amounts only. */
export const PRICE_LEVELS: Readonly<Record<string, number>> = {
  USD: 1,
  EUR: 0.9,
  GBP: 0.8,
  CAD: 1.3,
  AUD: 1.45,
  CHF: 1.15,
  JPY: 135,
};

/** Where people live; the first ones cover the most currencies, so that a handful of accounts has several. */
export const HOMES: readonly Place[] = [
  { city: 'Denver', country: 'US', currency: 'USD' },
  { city: 'Leeds', country: 'GB', currency: 'GBP' },
  { city: 'Hamburg', country: 'DE', currency: 'EUR' },
  { city: 'Columbus', country: 'US', currency: 'USD' },
  { city: 'Osaka', country: 'JP', currency: 'JPY' },
  { city: 'Lyon', country: 'FR', currency: 'EUR' },
  { city: 'Portland', country: 'US', currency: 'USD' },
  { city: 'Dublin', country: 'IE', currency: 'EUR' },
  { city: 'Toronto', country: 'CA', currency: 'CAD' },
  { city: 'Bristol', country: 'GB', currency: 'GBP' },
  { city: 'Austin', country: 'US', currency: 'USD' },
  { city: 'Valencia', country: 'ES', currency: 'EUR' },
  { city: 'Melbourne', country: 'AU', currency: 'AUD' },
  { city: 'Raleigh', country: 'US', currency: 'USD' },
  { city: 'Basel', country: 'CH', currency: 'CHF' },
  { city: 'Utrecht', country: 'NL', currency: 'EUR' },
];

/** Where people go on holiday. */
export const RESORTS: readonly Place[] = [
  { city: 'Lisbon', country: 'PT', currency: 'EUR' },
  { city: 'Palma', country: 'ES', currency: 'EUR' },
  { city: 'Rome', country: 'IT', currency: 'EUR' },
  { city: 'Crete', country: 'GR', currency: 'EUR' },
  { city: 'Miami', country: 'US', currency: 'USD' },
  { city: 'Kyoto', country: 'JP', currency: 'JPY' },
  { city: 'Edinburgh', country: 'GB', currency: 'GBP' },
  { city: 'Banff', country: 'CA', currency: 'CAD' },
];

/** Where nobody of these people ever goes: only a stolen card is used there. */
export const NEVER_VISITED: readonly Place[] = [
  { city: 'Lagos', country: 'NG', currency: 'NGN' },
  { city: 'Manila', country: 'PH', currency: 'PHP' },
  { city: 'Almaty', country: 'KZ', currency: 'KZT' },
  { city: 'Asuncion', country: 'PY', currency: 'PYG' },
];
