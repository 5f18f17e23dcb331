import { nextInt, type Rng } from '../../lib/rng.ts';
import { FIRST_NAMES } from './names.ts';

// What people type themselves, by kind of purchase or recurring payment.
const TABLE = `
supermarket: groceries, weekly groceries, supermarket, food shopping, weekly shop, grocery store, big shop, groceries for the week, milk eggs and bread, grocery run, supermarket shop
corner_shop: snacks, corner shop, convenience store, milk and bread, drinks and snacks, mini mart, few groceries
food_market: farmers market, butcher, vegetables, fruit and veg, bread from the bakery, fish for dinner, cheese and deli, market stall
online_grocer: online groceries, grocery delivery, supermarket delivery, veg box
coffee: coffee shop, coffee, morning coffee, latte, cappuccino, flat white, coffee and croissant, espresso, cafe, tea and cake, coffee to go, coffee break
lunch: lunch, lunch at work, sandwich, salad, lunch break, soup and sandwich, canteen, team lunch, quick lunch, noodles
restaurant: restaurant dinner, restaurant, dinner, dinner out, sushi dinner, italian restaurant, family dinner, steakhouse, date night dinner, brunch, birthday dinner, tapas, restaurant lunch, dining out
fast_food: burger, fast food, pizza, kebab, fries and burger, drive through, tacos, fried chicken, hot dog
delivery: takeaway, food delivery, pizza delivery, thai takeaway, chinese takeaway, curry night, ordered in, meal delivery
bar: drinks, beers, pub, cocktails, bar, after work drinks, wine bar, round of drinks, night out
friend_meal: my share of dinner, split the pizza, drinks friday, lunch money, pizza, dinner split
fuel: gas, fuel, petrol, gas station, diesel, filled up the car, petrol station, fuel for the car, full tank
transit: bus, bus ticket, metro, subway fare, tram ticket, public transport, day ticket, bus fare
train: train ticket, train, rail ticket, train to work, return train fare
ride: taxi, cab, taxi home, ride to airport, rideshare, cab fare, taxi ride
parking: parking, car park, parking meter, city parking, parking garage, airport parking
toll: toll, road toll, motorway toll, bridge toll
bike_share: bike hire, rental bike, scooter ride, bike share
car_service: car repair, car service, new tyres, oil change, garage, car wash, mechanic, brake pads
clothing: clothes, shoes, new jacket, jeans, winter coat, dress, t-shirts, clothing store, sneakers, clothes shopping, socks and underwear
electronics: headphones, phone case, new laptop, charger, electronics store, tablet, keyboard and mouse, camera, monitor
marketplace: online order, online shopping, online purchase, ordered stuff, marketplace order, random things online, package, purchase, web shop
department: department store, mall shopping, shopping, shopping trip, store purchase, bits and pieces
books: books, book, novel, bookshop, magazine
homeware: kitchen stuff, lamp, bedding, towels, candles, frying pan, plants and pots, curtains
sports_goods: running shoes, bike parts, tennis racket, sports gear, camping gear
toys: toys, building bricks, puzzle, toys for the kids, board game
pets: dog food, cat litter, pet food, pet supplies, cat treats
cinema: cinema, movie tickets, movies, film night, popcorn and movie, theatre tickets
games: video game, game, new game, game credits, arcade
concert: concert tickets, festival ticket, gig, concert, comedy show, football match ticket, event tickets
museum: museum, zoo, exhibition, theme park, aquarium, gallery entry
apps: app, app purchase, in-app purchase, movie rental, ebook, music download
hobby: hobby, paint and brushes, guitar strings, yarn, art supplies, model kit, garden plants
lottery: lottery, lottery ticket, scratch cards, betting
pharmacy: pharmacy, medicine, prescription, painkillers, cold medicine, vitamins, plasters and cream, chemist
doctor: doctor, doctor visit, physio, gp appointment, blood test, specialist, therapy session, medical bill, x-ray
dentist: dentist, dental checkup, dentist bill, filling, teeth cleaning
optician: glasses, contact lenses, optician, eye test
sports_class: yoga class, swimming, climbing gym, pilates, tennis court, day pass gym, fitness class
hairdresser: haircut, hairdresser, barber, hair salon, hair colour
cosmetics: makeup, shampoo, skincare, perfume, cosmetics, razor blades, toiletries
laundry: dry cleaning, laundry, laundrette, suit cleaning
spa: massage, spa day, manicure, nails, sauna
repairs: plumber, electrician, boiler repair, locksmith, handyman, roof repair, washing machine repair
furniture: sofa, new mattress, desk, bookshelf, furniture, dining table, wardrobe
hardware: paint for the flat, tools, drill, hardware store, diy supplies, screws and wood, light fittings
flat_share: cleaning of the flat, shared house costs, flat kitty, household share, deposit for flat
phone_topup: phone top up, prepaid phone credit, mobile top-up, data pack
meter_top_up: electricity meter top up, prepaid electricity, gas meter top up
course: online course, language course, driving lesson, workshop, seminar, exam fee, piano lessons
textbooks: textbooks, course books, study material, school supplies
school_meals: school lunch, school trip, class fund, school meals, kindergarten lunch, after school club
gift_shop: flowers, gift, birthday present, wedding gift, gift card, greeting card, present for mum, bouquet, christmas presents
present: happy birthday, birthday money, wedding present, for the leaving gift, present
donation: donation, charity, church donation, charity donation, fundraiser, sponsoring a friend
overdraft: overdraft fee, overdraft interest, bank charge
wire_fee: transfer fee, wire fee, bank fee, account fee
card_interest: credit card interest, interest charged, late payment fee, card fee
machine_fee: atm fee, cash machine fee, cash withdrawal fee
fine: parking fine, speeding ticket, library fine, penalty charge, parking ticket fine
cash: cash, atm, cash withdrawal, atm withdrawal, got cash, cash machine, withdrew cash
freelance: freelance invoice, client payment, consulting, side job, freelance project, invoice paid
sold_item: sold old bike, sold phone, sold sofa, sold books, flea market money, sold on marketplace
reimbursement: expense reimbursement, insurance payout, travel expenses paid back, medical reimbursement, work expenses
income_tax: income tax, tax payment, tax bill, tax prepayment, self assessment
local_tax: council tax, city tax, car tax, waste tax, dog tax, property tax
flight: flight, flights, plane tickets, plane ticket to {city}, flight tickets, return flight {city}, flight to {city}, airline tickets, luggage fee
hotel: hotel, hotel in {city}, holiday apartment, hotel booking, hostel, hotel night, weekend getaway hotel
car_hire: rental car, car hire, hire car {city}
tour: guided tour, boat trip, day tour, sightseeing, travel insurance and visa, airport lounge
foreign_fee: foreign transaction fee, currency fee, exchange fee
salary: salary, paycheck, wages, monthly salary, salary {month}, pay, payday, my salary
benefit: child benefit, pension, state benefit, unemployment benefit, family allowance
interest: interest, savings interest, interest earned
dividend: dividend, dividends, share dividend
tax_refund: tax refund, tax return money
rent: rent, monthly rent, rent {month}, rent payment, apartment rent, rent for the flat
mortgage: mortgage, mortgage payment, monthly mortgage, home loan
electricity: electricity, electricity bill, power bill, electric bill
gas: gas bill, heating, gas and heating bill, heating bill
water: water bill, water, water and sewage
internet: internet, internet bill, broadband, wifi, home internet
mobile: phone bill, mobile contract, cell phone bill, mobile bill
streaming: streaming subscription, video streaming, tv subscription, movie streaming
music: music subscription, music streaming, podcast subscription
cloud: cloud storage, software subscription, app subscription
news: newspaper subscription, magazine subscription, news subscription
gaming: game pass, gaming subscription, online gaming
gym: gym, gym membership, monthly gym, fitness club
box: razor subscription, beauty box, contact lens subscription
car_insurance: car insurance, auto insurance, motor insurance
home_insurance: home insurance, renters insurance, contents insurance
health_insurance: health insurance, dental insurance, health plan
life_insurance: life insurance, life cover
charity: monthly donation, charity subscription, child sponsorship
tuition: tuition, tuition fee, university fees, semester fee
nursery: kindergarten, daycare, nursery fees, childcare
season_ticket: monthly bus pass, train pass, season ticket, monthly transit pass
car_loan: car loan, car payment, car lease
account_fee: account fee, monthly account fee, bank fee
property_tax: property tax, real estate tax, council tax
vehicle_tax: vehicle tax, road tax, car tax
savings: to savings, savings, transfer to savings, monthly saving, moved to savings account
withdrawal_of_savings: from savings, transfer from savings, moved back from savings
card_bill: credit card payment, paid credit card, card bill, credit card bill
`;

function parseLine(line: string): [string, string[]] {
  const [kind, rest] = line.split(':');
  return [kind.trim(), rest.split(',').map((phrase) => phrase.trim())];
}

/** Plain words by kind. */
export const PHRASES: ReadonlyMap<string, readonly string[]> = new Map(
  TABLE.trim().split('\n').map(parseLine),
);

const PURCHASE_FRAMES = [
  '{p}',
  '{p}',
  '{p}',
  '{p}',
  '{p} purchase',
  '{p} payment',
  'paid for {p}',
  'payment for {p}',
  '{p} with {friend}',
  'bought {p}',
  '{p} at {m}',
  '{m} {p}',
  '{m} - {p}',
  '{p} for {friend}',
  '{p} ({month})',
  '{p} on {weekday}',
  '{m}',
];
const PLAIN_FRAMES = ['{p}', '{p}', '{p}', '{p} {month}', '{p} payment', '{m} {p}', '{p} - {m}', 'my {p}'];

const MONTHS = 'january february march april may june july august september october november december'.split(
  ' ',
);
const WEEKDAYS = 'monday tuesday wednesday thursday friday saturday sunday'.split(' ');
const TYPO_SHARE = 0.02;

/** What a phrase may mention. `weekday` is 0 on Monday, `month` 1..12. */
export interface PhraseContext {
  readonly merchant: string;
  readonly city: string;
  readonly month: number;
  readonly weekday: number;
  readonly isPurchase: boolean;
}

/** A line as a person types it into a household book: varied wording, casing and the odd typo. */
export function writePhrase(kind: string, context: PhraseContext, rng: Rng): string {
  const phrases = PHRASES.get(kind) as readonly string[];
  const frames = context.isPurchase ? PURCHASE_FRAMES : PLAIN_FRAMES;
  const frame = frames[nextInt(rng, frames.length)];
  const text = frame
    .replace('{p}', phrases[nextInt(rng, phrases.length)])
    .replace('{m}', context.merchant)
    .replace('{friend}', FIRST_NAMES[nextInt(rng, FIRST_NAMES.length)])
    .replace('{month}', MONTHS[context.month - 1])
    .replace('{weekday}', WEEKDAYS[context.weekday])
    .replace('{city}', context.city);
  return misspell(recase(text, rng), rng);
}

function recase(text: string, rng: Rng): string {
  const draw = rng();
  if (draw < 0.45) return text[0].toUpperCase() + text.slice(1);
  if (draw < 0.85) return text;
  if (draw < 0.94) return text.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
  return text.toUpperCase();
}

function misspell(text: string, rng: Rng): string {
  if (rng() >= TYPO_SHARE || text.length < 4) return text;
  const at = 1 + nextInt(rng, text.length - 2);
  return text.slice(0, at) + text[at + 1] + text[at] + text.slice(at + 2);
}
