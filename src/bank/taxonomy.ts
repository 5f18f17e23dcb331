import type { TransactionType } from './transaction.ts';

/** One category of the built-in taxonomy. `direction` is the usual one: a refund keeps the category of its purchase. */
export interface CategoryRow {
  readonly name: string;
  readonly direction: TransactionType;
  readonly meaning: string;
}

/**
 * THE built-in taxonomy: what generated data and examples are labelled with. A model never needs it: it learns
 * whatever categories its training data has.
 */
export const TAXONOMY = [
  { name: 'Income', direction: 'Income', meaning: 'Salary, freelance work, interest, benefits, dividends' },
  { name: 'Transfer', direction: 'Transfer', meaning: 'Moves between own accounts and to savings or cards' },
  { name: 'Housing', direction: 'Expense', meaning: 'Rent, mortgage, repairs and furnishing of the home' },
  { name: 'Bills & Utilities', direction: 'Expense', meaning: 'Power, gas, water, internet, telephone' },
  {
    name: 'Groceries',
    direction: 'Expense',
    meaning: 'Food and household goods from supermarkets and markets',
  },
  { name: 'Food & Dining', direction: 'Expense', meaning: 'Restaurants, coffee, bars, takeaway' },
  {
    name: 'Transportation',
    direction: 'Expense',
    meaning: 'Fuel, public transport, taxis, parking, car repair',
  },
  {
    name: 'Shopping',
    direction: 'Expense',
    meaning: 'Clothing, electronics, books, goods of any other kind',
  },
  { name: 'Entertainment', direction: 'Expense', meaning: 'Streaming, cinema, games, concerts, hobbies' },
  { name: 'Health & Fitness', direction: 'Expense', meaning: 'Doctors, dentists, pharmacies, sports, gyms' },
  { name: 'Personal Care', direction: 'Expense', meaning: 'Hairdressers, cosmetics, laundry' },
  { name: 'Travel', direction: 'Expense', meaning: 'Flights, hotels, hire cars, tours' },
  { name: 'Insurance', direction: 'Expense', meaning: 'Premiums for car, home, health and life' },
  { name: 'Education', direction: 'Expense', meaning: 'Tuition, courses, school fees, textbooks' },
  { name: 'Gifts & Donations', direction: 'Expense', meaning: 'Presents, charities, collections' },
  {
    name: 'Fees & Charges',
    direction: 'Expense',
    meaning: 'Bank fees, interest paid, foreign exchange, fines',
  },
  { name: 'Taxes', direction: 'Expense', meaning: 'Income, property and vehicle taxes' },
  { name: 'Cash Withdrawal', direction: 'Expense', meaning: 'Cash drawn at machines and counters' },
] as const satisfies readonly CategoryRow[];

/** Name of a category of the built-in taxonomy. */
export type CategoryName = (typeof TAXONOMY)[number]['name'];
