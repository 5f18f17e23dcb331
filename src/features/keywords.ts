/** Groups of words that name what a transaction is for; the feature `keyword_group` is a row's position, from 1. */
export const KEYWORD_GROUPS: readonly { readonly name: string; readonly words: readonly string[] }[] = [
  {
    name: 'groceries',
    words: ['grocery', 'groceries', 'supermarket', 'market', 'food', 'foods', 'bakery', 'butcher'],
  },
  {
    name: 'dining',
    words: [
      'coffee',
      'cafe',
      'restaurant',
      'pizza',
      'lunch',
      'dinner',
      'breakfast',
      'bar',
      'pub',
      'grill',
      'takeaway',
      'snacks',
      'tea',
      'burger',
    ],
  },
  { name: 'fuel', words: ['fuel', 'petrol', 'gas', 'diesel', 'filling', 'garage', 'charging'] },
  {
    name: 'transport',
    words: [
      'taxi',
      'cab',
      'bus',
      'train',
      'rail',
      'metro',
      'parking',
      'tram',
      'ferry',
      'toll',
      'auto',
      'ride',
      'ticket',
    ],
  },
  {
    name: 'travel',
    words: ['hotel', 'hotels', 'flight', 'airline', 'airways', 'airport', 'travel', 'hostel', 'lodge', 'inn'],
  },
  { name: 'housing', words: ['rent', 'mortgage', 'landlord', 'lease', 'letting', 'maintenance'] },
  {
    name: 'utilities',
    words: [
      'electric',
      'electricity',
      'water',
      'energy',
      'power',
      'internet',
      'broadband',
      'phone',
      'mobile',
      'telecom',
      'utility',
      'recharge',
      'cable',
    ],
  },
  {
    name: 'subscription',
    words: ['subscription', 'membership', 'monthly', 'streaming', 'netflix', 'premium', 'plan'],
  },
  {
    name: 'income',
    words: ['salary', 'payroll', 'wages', 'wage', 'dividend', 'interest', 'bonus', 'pension', 'pay'],
  },
  {
    name: 'transfer',
    words: ['transfer', 'payment', 'deposit', 'savings', 'remittance', 'investment', 'deposited', 'trf'],
  },
  { name: 'cash', words: ['atm', 'cash', 'withdrawal', 'withdraw'] },
  {
    name: 'health',
    words: [
      'pharmacy',
      'chemist',
      'doctor',
      'dental',
      'clinic',
      'hospital',
      'medical',
      'health',
      'gym',
      'fitness',
      'medicine',
      'optical',
    ],
  },
  {
    name: 'shopping',
    words: [
      'shop',
      'store',
      'stores',
      'retail',
      'clothing',
      'shoes',
      'electronics',
      'amazon',
      'online',
      'outlet',
      'mall',
      'books',
    ],
  },
  {
    name: 'entertainment',
    words: [
      'cinema',
      'movie',
      'movies',
      'theatre',
      'games',
      'gaming',
      'music',
      'concert',
      'tickets',
      'museum',
    ],
  },
  { name: 'fees', words: ['fee', 'fees', 'charge', 'charges', 'overdraft', 'commission', 'penalty'] },
  { name: 'tax', words: ['tax', 'taxes', 'hmrc', 'irs', 'duty', 'council', 'revenue'] },
  { name: 'insurance', words: ['insurance', 'assurance', 'premium', 'policy', 'lic'] },
  {
    name: 'education',
    words: ['school', 'college', 'university', 'tuition', 'course', 'education', 'training', 'exam'],
  },
  { name: 'refund', words: ['refund', 'reversal', 'cashback', 'rebate', 'reimbursement'] },
  { name: 'giving', words: ['donation', 'charity', 'gift', 'church', 'gifts'] },
];

const GROUP_OF_WORD = new Map<string, number>();
for (const [index, group] of KEYWORD_GROUPS.entries()) {
  for (const word of group.words) if (!GROUP_OF_WORD.has(word)) GROUP_OF_WORD.set(word, index + 1);
}

const WORD = /\p{L}+/gu;

/** The group of the first known word of `text` (1-based), 0 when it holds none, NaN for empty text. */
export function keywordGroup(text: string): number {
  if (text === '') return Number.NaN;
  for (const word of text.toLowerCase().match(WORD) ?? []) {
    const group = GROUP_OF_WORD.get(word);
    if (group !== undefined) return group;
  }
  return 0;
}
