// What the shop sells. Prices are in pence.

const pounds = new Intl.NumberFormat('en-GB', { style: 'currency', currency: 'GBP' });

export function money(pence) {
  return pounds.format(pence / 100);
}

export const PRODUCTS = [
  {
    id: 101, name: 'Enamel mug', kind: 'Camp kitchen', price: 1400, image: 'mug',
    text: 'Steel under two coats of enamel, with a rim that forgives being dropped. Holds a proper 350 ml.',
    facts: { Holds: '350 ml', Weighs: '128 g', Care: 'Dishwasher safe' },
  },
  {
    id: 102, name: 'Whistling kettle', kind: 'Camp kitchen', price: 3800, image: 'kettle',
    text: 'Wide base for small stoves, beech grip that stays cool, and a whistle the next tent will not hate you for.',
    facts: { Holds: '1.2 litres', Weighs: '410 g', Fits: 'Gas, spirit, open fire' },
  },
  {
    id: 103, name: 'Storm lantern', kind: 'Light', price: 4600, image: 'lantern',
    text: 'Burns for twenty hours on one fill and keeps going in wind that would take the tent.',
    facts: { Burns: '20 hours', Weighs: '620 g', Fuel: 'Lamp oil' },
  },
  {
    id: 104, name: 'Day rucksack 22', kind: 'Carry', price: 9500, image: 'rucksack',
    text: 'Waxed canvas, leather straps, one big pocket you can find things in. Mended free for ten years.',
    facts: { Holds: '22 litres', Weighs: '980 g', Made: 'In Cumbria' },
  },
  {
    id: 105, name: 'Steel flask', kind: 'Camp kitchen', price: 2900, image: 'flask',
    text: 'Tea at six in the morning, still hot at the top. The lid is a cup; the cup does not burn.',
    facts: { Holds: '0.7 litres', 'Stays hot': '14 hours', Weighs: '360 g' },
  },
  {
    id: 106, name: 'Wool blanket', kind: 'Sleep', price: 7200, image: 'blanket',
    text: 'Recycled lambswool, woven heavy. Big enough for two on a hillside or one who will not share.',
    facts: { Size: '150 × 190 cm', Weighs: '1.4 kg', Care: 'Cool hand wash' },
  },
  {
    id: 107, name: 'Lambswool hat', kind: 'Wear', price: 2600, image: 'hat',
    text: 'Fair Isle band, double cuff, one bobble. Does not itch: we checked, on everybody.',
    facts: { Size: 'One', Made: 'In the Borders', Care: 'Cool hand wash' },
  },
  {
    id: 108, name: 'Ridge tent', kind: 'Sleep', price: 24000, image: 'tent',
    text: 'Two poles, eight pegs, four minutes. Cotton that breathes, with a groundsheet that does not leak.',
    facts: { Sleeps: 'Two', Weighs: '3.9 kg', Pitches: 'Inner and fly together' },
  },
];

export function product(id) {
  return PRODUCTS.find((item) => item.id === Number(id));
}

export function picture(item) {
  return `/img/${item.image}.svg`;
}

const STORES = [
  { id: 'kendal', name: 'Kendal', stock: { 101: 6, 102: 2, 103: 0, 104: 3, 105: 8, 106: 1, 107: 12, 108: 1 } },
  { id: 'hexham', name: 'Hexham', stock: { 101: 3, 102: 0, 103: 4, 104: 1, 105: 2, 106: 5, 107: 4, 108: 0 } },
];

export function store(id) {
  return STORES.find((shop) => shop.id === id);
}
