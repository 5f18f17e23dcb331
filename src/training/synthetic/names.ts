// Every name here is invented; the shapes are those of real card descriptors.

// kind: nationwide merchants / words that a local merchant of this kind bears. A merchant named under several kinds
// is ambiguous on purpose: a supermarket sells fuel and shirts, a marketplace sells everything.
const TABLE = `
supermarket: Harvest Lane, Freshfold, Nordmarkt, Green Basket, Valumart, Bodega Grande, Marketfair / Supermarket, Foods, Grocers, Market
corner_shop: Quikstop, Nitestop, Dailymart, Octanova / Mini Mart, Convenience, Corner Store, Express, News
food_market: Farmgate Stalls / Butchers, Bakery, Farm Shop, Greengrocer, Fishmonger, Deli
online_grocer: Larderbox, Harvest Lane, Bazaaro Fresh / Organic Box, Grocery Delivery
coffee: Kaffa Corner, Beanstation, Caffe Tordo, Morning Ritual / Coffee, Coffee House, Roasters, Espresso Bar, Cafe, Bakery
lunch: Saladora, Wrapworks, Noodle Stop, Freshfold / Deli, Sandwich Bar, Kitchen, Canteen, Cafe, Bakery
restaurant: Trattoria Bellini, Umi Table, Casa Roble, Ember and Oak / Restaurant, Bistro, Grill, Trattoria, Brasserie, Kitchen, Sushi, Steakhouse
fast_food: Burgermill, Pollo Brasa, Pizzarella, Tacotown / Burgers, Pizza, Kebab, Fried Chicken, Diner, Noodles
delivery: Dashplate, Eatly, Grubrunner / Pizza, Curry House, Thai Kitchen, Takeaway
bar: Hop Union, The Copper Fox, Barrelworks / Bar, Pub, Tavern, Brewery, Taproom, Wine Bar
friend_meal: Ziplo, Chipin Friends /
fuel: Octanova, Astrofuel, Harvest Lane, Nitestop, Valumart / Service Station, Fuel, Petrol, Gas
transit: Metroline, Citytram, Tapride Transit / Transit, Metro, Bus
train: Centralrail, Northline Rail, Railgo / Rail, Train Tickets
ride: Ridely, Cabonaut, Hopcar, Dashplate / Taxi, Cabs
parking: Parkwise, Kerbside, City Parking / Parking, Car Park, Garage
toll: Autovia Tolls, Bridgepass / Toll Road
bike_share: Wheely, Pedalgo / Bike Hire
car_service: Autofix, Tyremaster / Garage, Motors, Auto Repair, Tyres, Car Wash
clothing: Lindqvist, Threadhaus, Moda Norte, Valumart, Harlow and Finch / Fashion, Boutique, Clothing, Shoes, Outfitters
electronics: Voltaro, Circuitry, Pixelhaus, Bazaaro / Electronics, Computers, Audio, Mobile
marketplace: Bazaaro, Shoplane, Ubuyo, Crafthaven / Trading, Online Store, Outlet
department: Harlow and Finch, Galeria Mayor, Marketfair, Bazaaro / Department Store, Emporium
books: Inkwell, Pagemark, Bazaaro / Books, Bookshop
homeware: Hemma, Casa Y Luz, Harlow and Finch, Bazaaro / Home, Interiors, Lighting, Kitchenware
sports_goods: Trailbound, Sportivo, Bazaaro / Sports, Cycles, Outdoor
toys: Toybarn, Bazaaro, Pagemark / Toys, Kids
pets: Pawsome, Pet Pantry / Pets, Pet Supplies
cinema: Lumen Cinemas, Reelhouse / Cinema, Theatre, Pictures
games: Playforge, Joystix, Bazaaro, Voltaro / Games, Arcade
concert: Ticketry, Rowseven / Concert Hall, Events, Theatre, Festival
museum: Science Dome / Museum, Gallery, Zoo, Castle
apps: Appsphere, Bazaaro Digital, Playforge / Apps
hobby: Crafthaven, Stringworks / Art Supplies, Music, Models, Garden Centre
lottery: Luckydraw, Quikstop / Lottery
pharmacy: Apoteka, Wellspring, Freshfold / Pharmacy, Chemist, Drugs, Drugstore
doctor: Medicentre / Clinic, Medical, Practice, Physio, Health
dentist: Smilecare / Dental, Dentistry
optician: Visionary Eyes / Opticians, Eyewear
sports_class: Yogaloft, Swimwell, Trailbound / Yoga, Climbing, Pool, Tennis Club, Pilates
hairdresser: Clipworks / Hair, Barbers, Salon, Hair Studio
cosmetics: Belladona, Wellspring, Harlow and Finch, Bazaaro / Beauty, Cosmetics, Perfumery
laundry: Presspoint / Dry Cleaners, Laundry, Laundrette
spa: Thermalia / Spa, Nails, Massage, Wellness
repairs: Fixwright / Plumbing, Roofing, Electrical, Locksmith, Heating
furniture: Hemma, Casa Y Luz, Oakline / Furniture, Beds, Carpets, Kitchens
hardware: Toolyard, Buildmart, Bazaaro / Hardware, DIY, Paint, Garden Centre, Tools
flat_share: Ziplo, Chipin Friends /
phone_topup: Cellura, Teleon, Quikstop / Mobile
meter_top_up: Voltgrid, Kilowatt Kiosk / Energy
course: Learnly, Skillforge, Linguanest / Academy, Language School, Driving School, Courses
textbooks: Pagemark, Inkwell, Campus Books / College Books, University Shop
school_meals: Schoolpay / School, Primary School, College
gift_shop: Petal and Vine, Cardhouse, Crafthaven, Bazaaro / Florist, Gifts, Flowers, Cards
present: Ziplo, Chipin Friends /
donation: Riverkeepers Trust, Open Hands Relief, Paws Rescue, Givewell Road / Charity, Church, Foundation, Hospice
fine: Civic Enforcement, Parkwise / City Council, Library
freelance: Northwind Studio, Tallis Media, Bluepeak Consulting / Consulting, Studio, Media, GmbH, Ltd
sold_item: Ziplo, Ubuyo, Chipin Friends /
reimbursement: Wellspring Health Plan, Bluepeak Consulting, Medishield /
income_tax: Revenue Office, Federal Tax Service /
local_tax: Revenue Office, Vehicle Licensing, Municipal Treasury / City Council, County
flight: Aerolina, Skybridge Air, Nimbus Airways, Tripfold / Airways
hotel: Stayfold, Hotel Meridiano, Tripfold, Lodgely / Hotel, Inn, Guesthouse, Resort, Apartments
car_hire: Rentaway, Autolease Go / Car Hire
tour: Tripfold, Sightly / Tours, Excursions, Boat Trips, Lounge
`;

/** Merchants and words of one kind. */
export interface NameRow {
  readonly chains: readonly string[];
  readonly words: readonly string[];
}

function split(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function parseLine(line: string): [string, NameRow] {
  const [kind, rest] = line.split(':');
  const [chains, words] = rest.split('/');
  return [kind.trim(), { chains: split(chains), words: split(words) }];
}

/** Names by kind. */
export const NAMES: ReadonlyMap<string, NameRow> = new Map(TABLE.trim().split('\n').map(parseLine));

export const SURNAMES = split(
  'Adler, Okafor, Marsh, Delgado, Novak, Whitlow, Tanaka, Brandt, Rossi, Lindgren, Moreau, Castell, Hughes, Petrov, ' +
    'Iyer, Kowalski, Dunne, Farrow, Sato, Beck, Amari, Vance, Quill, Holm, Rahman, Teller, Osei, Park, Lowe, Sandoval',
);
export const FIRST_NAMES = split(
  'Anna, Tom, Mia, Lukas, Sara, Ben, Nora, Hugo, Aiko, Priya, Omar, Lena, Jack, Elise, Ravi, Kim, Carla, Sam',
);
export const ADJECTIVES = split(
  'Blue, Golden, Little, Old, Silver, Green, Red, Happy, Royal, Urban, Wild, Quiet, Bright, Lucky, Northern, Stone',
);
export const NOUNS = split(
  'Lantern, Fox, Harbour, Oak, Anchor, River, Bridge, Garden, Crown, Swan, Mill, Corner, Star, Orchard, Tower, Wren',
);
