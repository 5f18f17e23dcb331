import type { CategoryName } from '../../bank/taxonomy.ts';

/** How a purchase reaches the account, which decides how the bank words it. */
export type Form = 'card' | 'transfer' | 'person' | 'fee' | 'machine' | 'deposit';

/** One kind of irregular transaction: how often, how much, when, and how it is paid. */
export interface Kind {
  readonly name: string;
  readonly category: CategoryName;
  readonly perWeek: number;
  /** Median amount in US dollars of the first day; `spread` is the sigma of its logarithm. */
  readonly median: number;
  readonly spread: number;
  readonly ending: string;
  readonly hours: string;
  readonly week: string;
  readonly year: string;
  readonly methods: string;
  readonly code: string;
  readonly form: Form;
}

// name | category | per week | median | spread | ending | hours | week | year | methods | MCC | form
const TABLE = `
supermarket   | Groceries         | 1.5  | 46   | .6  | cents | day     | saturday | flat     | card   | 5411 | card
corner_shop   | Groceries         | .6   | 9    | .5  | cents | any     | flat     | flat     | small  | 5499 | card
food_market   | Groceries         | .45  | 13   | .5  | half  | day     | saturday | flat     | small  | 5422 | card
online_grocer | Groceries         | .12  | 85   | .3  | cents | any     | flat     | flat     | online | 5411 | card
coffee        | Food & Dining     | 1.6  | 4.8  | .3  | half  | morning | work     | flat     | small  | 5814 | card
lunch         | Food & Dining     | .8   | 11.5 | .3  | cents | lunch   | work     | flat     | small  | 5812 | card
restaurant    | Food & Dining     | .55  | 46   | .5  | cents | evening | friday   | december | card   | 5812 | card
fast_food     | Food & Dining     | .45  | 10.5 | .35 | cents | evening | friday   | flat     | small  | 5814 | card
delivery      | Food & Dining     | .35  | 27   | .35 | cents | evening | friday   | winter   | online | 5812 | card
bar           | Food & Dining     | .3   | 22   | .55 | half  | night   | friday   | summer   | small  | 5813 | card
friend_meal   | Food & Dining     | .1   | 19   | .5  | half  | evening | friday   | flat     | app    |      | person
fuel          | Transportation    | .5   | 44   | .35 | cents | commute | flat     | summer   | card   | 5541 | card
transit       | Transportation    | .8   | 2.9  | .3  | half  | commute | work     | flat     | small  | 4111 | card
train         | Transportation    | .12  | 28   | .6  | cents | commute | friday   | summer   | online | 4112 | card
ride          | Transportation    | .3   | 15   | .45 | cents | night   | friday   | flat     | online | 4121 | card
parking       | Transportation    | .3   | 5    | .5  | half  | day     | flat     | flat     | small  | 7523 | card
toll          | Transportation    | .08  | 4    | .4  | half  | commute | flat     | summer   | card   | 4784 | card
bike_share    | Transportation    | .08  | 2.5  | .4  | half  | commute | work     | summer   | online | 7999 | card
car_service   | Transportation    | .03  | 210  | .7  | cents | office  | work     | flat     | card   | 7538 | card
clothing      | Shopping          | .24  | 46   | .6  | nines | day     | saturday | december | card   | 5651 | card
electronics   | Shopping          | .07  | 140  | .8  | nines | any     | flat     | december | online | 5732 | card
marketplace   | Shopping          | .5   | 24   | .8  | nines | any     | flat     | december | online | 5999 | card
department    | Shopping          | .13  | 45   | .7  | cents | day     | saturday | december | card   | 5311 | card
books         | Shopping          | .1   | 16   | .45 | nines | day     | saturday | december | card   | 5942 | card
homeware      | Shopping          | .1   | 35   | .7  | nines | day     | saturday | flat     | card   | 5719 | card
sports_goods  | Shopping          | .06  | 48   | .6  | nines | day     | saturday | january  | card   | 5941 | card
toys          | Shopping          | .06  | 26   | .5  | nines | day     | saturday | december | card   | 5945 | card
pets          | Shopping          | .1   | 28   | .5  | cents | day     | flat     | flat     | card   | 5995 | card
cinema        | Entertainment     | .14  | 15   | .4  | half  | evening | friday   | winter   | online | 7832 | card
games         | Entertainment     | .12  | 22   | .7  | nines | any     | flat     | december | online | 5816 | card
concert       | Entertainment     | .06  | 68   | .5  | cents | any     | friday   | summer   | online | 7922 | card
museum        | Entertainment     | .06  | 18   | .4  | whole | day     | weekend  | summer   | small  | 7991 | card
apps          | Entertainment     | .2   | 5    | .5  | nines | any     | flat     | flat     | online | 5815 | card
hobby         | Entertainment     | .1   | 30   | .6  | cents | day     | weekend  | flat     | card   | 5970 | card
lottery       | Entertainment     | .07  | 9    | .5  | half  | evening | friday   | flat     | small  | 7995 | card
pharmacy      | Health & Fitness  | .26  | 14   | .5  | cents | day     | flat     | winter   | small  | 5912 | card
doctor        | Health & Fitness  | .06  | 60   | .6  | whole | office  | work     | winter   | card   | 8011 | card
dentist       | Health & Fitness  | .025 | 120  | .6  | whole | office  | work     | flat     | card   | 8021 | card
optician      | Health & Fitness  | .012 | 160  | .4  | nines | office  | saturday | flat     | card   | 8043 | card
sports_class  | Health & Fitness  | .12  | 14   | .3  | half  | evening | flat     | january  | online | 7941 | card
hairdresser   | Personal Care     | .1   | 32   | .4  | whole | day     | saturday | flat     | small  | 7230 | card
cosmetics     | Personal Care     | .12  | 21   | .5  | nines | day     | saturday | december | card   | 5977 | card
laundry       | Personal Care     | .07  | 14   | .4  | half  | day     | work     | flat     | small  | 7216 | card
spa           | Personal Care     | .03  | 70   | .4  | whole | day     | weekend  | winter   | card   | 7298 | card
repairs       | Housing           | .025 | 180  | .7  | whole | office  | work     | winter   | bill   |      | transfer
furniture     | Housing           | .03  | 190  | .7  | nines | day     | saturday | january  | card   | 5712 | card
hardware      | Housing           | .1   | 38   | .7  | nines | day     | saturday | summer   | card   | 5200 | card
flat_share    | Housing           | .03  | 60   | .5  | whole | evening | flat     | flat     | app    |      | person
phone_topup   | Bills & Utilities | .06  | 15   | .3  | ten   | any     | flat     | flat     | online | 4814 | card
meter_top_up  | Bills & Utilities | .06  | 30   | .4  | ten   | any     | flat     | winter   | online | 4900 | card
course        | Education         | .04  | 75   | .7  | nines | any     | flat     | autumn   | online | 8299 | card
textbooks     | Education         | .03  | 35   | .5  | cents | any     | flat     | autumn   | online | 5942 | card
school_meals  | Education         | .1   | 12   | .4  | whole | morning | work     | autumn   | bill   |      | transfer
gift_shop     | Gifts & Donations | .08  | 29   | .5  | nines | day     | saturday | december | card   | 5947 | card
present       | Gifts & Donations | .06  | 40   | .5  | ten   | evening | flat     | december | app    |      | person
donation      | Gifts & Donations | .07  | 25   | .6  | ten   | any     | flat     | december | online | 8398 | card
overdraft     | Fees & Charges    | .03  | 24   | .4  | whole | none    | work     | flat     | bank   |      | fee
wire_fee      | Fees & Charges    | .03  | 6    | .6  | half  | none    | work     | flat     | bank   |      | fee
card_interest | Fees & Charges    | .04  | 17   | .7  | cents | none    | work     | flat     | bank   |      | fee
machine_fee   | Fees & Charges    | .04  | 3    | .2  | half  | day     | flat     | flat     | bank   |      | fee
fine          | Fees & Charges    | .012 | 50   | .3  | whole | office  | work     | flat     | bill   |      | transfer
cash          | Cash Withdrawal   | .28  | 60   | .5  | ten   | day     | friday   | december | debit  | 6011 | machine
freelance     | Income            | .035 | 420  | .7  | whole | none    | work     | flat     | bill   |      | deposit
sold_item     | Income            | .05  | 32   | .7  | ten   | evening | flat     | flat     | app    |      | deposit
reimbursement | Income            | .03  | 75   | .7  | cents | none    | work     | flat     | bill   |      | deposit
income_tax    | Taxes             | .01  | 380  | .6  | cents | none    | work     | january  | bill   |      | transfer
local_tax     | Taxes             | .012 | 120  | .4  | cents | none    | work     | flat     | bill   |      | transfer
flight        | Travel            | .012 | 260  | .6  | cents | any     | flat     | flat     | online | 4511 | card
hotel         | Travel            | .02  | 240  | .6  | cents | day     | flat     | summer   | online | 7011 | card
car_hire      | Travel            | 0    | 170  | .4  | cents | day     | flat     | flat     | card   | 7512 | card
tour          | Travel            | 0    | 48   | .5  | whole | day     | flat     | flat     | online | 4722 | card
foreign_fee   | Fees & Charges    | 0    | 2.2  | .6  | cents | none    | flat     | flat     | bank   |      | fee
`;

function parseRow(line: string): Kind {
  const [name, category, perWeek, median, spread, ending, hours, week, year, methods, code, form] = line
    .split('|')
    .map((cell) => cell.trim());
  return {
    name,
    category: category as CategoryName,
    perWeek: Number(perWeek),
    median: Number(median),
    spread: Number(spread),
    ending,
    hours,
    week,
    year,
    methods,
    code,
    form: form as Form,
  };
}

/** Every kind of irregular transaction; one row of the table above each. */
export const KINDS: readonly Kind[] = TABLE.trim().split('\n').map(parseRow);

/** The same by name. */
export const KIND_BY_NAME: ReadonlyMap<string, Kind> = new Map(KINDS.map((kind) => [kind.name, kind]));

/** Weight of each weekday, Monday first; each row averages about 1. */
export const WEEKS: Readonly<Record<string, readonly number[]>> = {
  flat: [1, 1, 1, 1, 1, 1, 1],
  work: [1.3, 1.35, 1.35, 1.3, 1.2, 0.35, 0.15],
  friday: [0.5, 0.55, 0.7, 0.95, 1.7, 1.7, 0.9],
  saturday: [0.8, 0.75, 0.8, 0.95, 1.15, 1.8, 0.75],
  weekend: [0.3, 0.3, 0.5, 0.4, 0.9, 2.4, 2.2],
};

/** Weight of each month, January first. */
export const YEARS: Readonly<Record<string, readonly number[]>> = {
  flat: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
  winter: [1.4, 1.3, 1.15, 1, 0.85, 0.7, 0.65, 0.7, 0.9, 1.05, 1.2, 1.3],
  summer: [0.7, 0.7, 0.85, 1, 1.15, 1.3, 1.4, 1.4, 1.1, 0.9, 0.75, 0.75],
  december: [0.8, 0.75, 0.85, 0.9, 0.95, 0.95, 0.9, 0.9, 0.9, 1, 1.4, 1.9],
  january: [2, 1.3, 1, 1, 0.9, 0.8, 0.7, 0.8, 1, 0.9, 0.8, 0.8],
  autumn: [1.3, 1.1, 0.8, 0.7, 0.6, 0.5, 0.3, 1.1, 2.3, 1.6, 1, 0.7],
};

/** Clock hours: earliest, most usual, latest. A latest hour above 24 reaches past midnight; `none` is a bare date. */
export const HOURS: Readonly<Record<string, readonly [number, number, number] | null>> = {
  morning: [6.5, 8.5, 15],
  lunch: [11.25, 12.5, 15],
  evening: [16.5, 19.3, 22.5],
  night: [16.5, 21, 25.5],
  day: [8.5, 14, 20],
  commute: [5.5, 12, 21.5],
  office: [8.5, 12, 17.5],
  any: [6, 19, 23.9],
  none: null,
};

/** Ways to pay with their weights. */
export const METHODS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  card: { credit_card: 45, debit_card: 42, mobile_payment: 10, cash: 3 },
  small: { debit_card: 36, credit_card: 30, mobile_payment: 20, cash: 14 },
  online: { credit_card: 55, debit_card: 27, digital_wallet: 18 },
  debit: { debit_card: 1 },
  bank: { bank_transfer: 1 },
  bill: { bank_transfer: 74, check: 14, debit_card: 12 },
  app: { mobile_payment: 55, bank_transfer: 45 },
};
