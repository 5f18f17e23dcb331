import { currencyDigits } from '../../bank/money.ts';
import { nextInt, type Rng } from '../../lib/rng.ts';
import type { AnomalyKind } from '../synthetic.ts';
import { makeReference } from './descriptor.ts';
import type { Draft } from './draft.ts';
import { type Person, pick } from './person.ts';
import { NEVER_VISITED } from './places.ts';
import type { Window } from './recurring.ts';

const MINUTE_MS = 60_000;
// About one incident in five months of one person: roughly three rows in a thousand are anomalous.
const INCIDENT_DAYS_MEAN = 220;
const KINDS: readonly AnomalyKind[] = ['large_amount', 'odd_place_and_hour', 'duplicate_charge', 'burst'];
const ELIGIBLE = new Set([
  'Shopping',
  'Entertainment',
  'Food & Dining',
  'Travel',
  'Groceries',
  'Transportation',
]);

/** Plants incidents among the purchases of one person. `index` staggers the kinds so that a few persons show all. */
export function plantAnomalies(
  person: Person,
  index: number,
  drafts: readonly Draft[],
  window: Window,
  rng: Rng,
): Draft[] {
  const planted: Draft[] = [];
  const purchases = drafts.filter(
    (draft) => draft.type === 'Expense' && draft.stream === null && ELIGIBLE.has(draft.category),
  );
  if (purchases.length === 0) return planted;
  const length = window.last - window.first + 1;
  const count = Math.floor(length / INCIDENT_DAYS_MEAN + rng());
  for (let i = 0; i < count; i++) {
    const model = pick(purchases, rng);
    planted.push(...incident(KINDS[(index + i) % KINDS.length], model, person, rng));
  }
  return planted;
}

function incident(kind: AnomalyKind, model: Draft, person: Person, rng: Rng): Draft[] {
  const base: Draft = { ...model, anomaly: kind, tags: [], reference: '' };
  const hasTime = person.style.hasTime;
  if (kind === 'duplicate_charge') {
    return [{ ...base, msOfDay: model.msOfDay < 0 ? -1 : Math.min(model.msOfDay + MINUTE_MS, 86_399_000) }];
  }
  const dollarMinor = person.priceScale * 10 ** currencyDigits(person.home.currency);
  const typical = Math.max(Math.abs(model.amountMinor), 30 * dollarMinor);
  if (kind === 'large_amount') {
    return [
      { ...base, amountMinor: -Math.round(Math.max(typical * 12, (2800 + rng() * 5200) * dollarMinor)) },
    ];
  }
  const place = pick(NEVER_VISITED, rng);
  if (kind === 'odd_place_and_hour') {
    const description =
      person.style.typedShare === 1
        ? 'unknown card payment'
        : `POS ${pick(['GLOBAL ELECTRO', 'KIOSK 24', 'GOLD SOUK', 'PHONE CITY'], rng)} ${place.city.toUpperCase()} ${place.country}`;
    return [
      {
        ...base,
        amountMinor: -Math.round(typical * (2 + 6 * rng())),
        msOfDay: hasTime ? (2 + nextInt(rng, 3)) * 60 * MINUTE_MS + nextInt(rng, 60) * MINUTE_MS : -1,
        description,
        merchantName: '',
        category: 'Shopping',
        location: place.city,
        country: place.country,
      },
    ];
  }
  const start = (1 + nextInt(rng, 20)) * 60 * MINUTE_MS;
  const merchant = pick(['Voucherly', 'Giftcode Store', 'Topup Central'], rng);
  return Array.from({ length: 5 + nextInt(rng, 4) }, (_, i) => ({
    ...base,
    msOfDay: hasTime ? start + i * 3 * MINUTE_MS + nextInt(rng, 60_000) : -1,
    amountMinor: -Math.round(typical * (0.8 + 0.4 * rng())),
    description:
      person.style.typedShare === 1
        ? `${merchant} gift card`
        : `${merchant.toUpperCase()} *${makeReference(8, rng)} ONLINE`,
    merchantName: person.style.hasMerchant ? merchant : '',
    category: 'Shopping',
    location: '',
    country: '',
    code: '',
  }));
}
