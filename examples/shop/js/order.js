// What an order costs: delivery, the offer, and which of them go together.

import { basketTotal } from './basket.js';
import { load, save } from './storage.js';

export const DELIVERY = [
  { id: 'next-day', name: 'Next working day', note: 'Order before 4 pm', price: 895 },
  { id: 'standard', name: 'Standard', note: '3 to 5 working days', price: 395 },
  { id: 'collect', name: 'Collect in Kendal', note: 'Ready in two hours', price: 0 },
];

export const OFFER = { code: 'TARN10', percent: 10, delivery: ['standard', 'collect'] };

const FIRST_CHOICE = { delivery: 'next-day', offer: OFFER.code };
let choice = load('order', FIRST_CHOICE);

export function chosen() {
  return choice;
}

export function choose(part) {
  choice = { ...choice, ...part };
  save('order', choice);
}

export function startOver() {
  choose(FIRST_CHOICE);
}

export function quote() {
  const delivery = DELIVERY.find((option) => option.id === choice.delivery) ?? DELIVERY[0];
  const goods = basketTotal();
  const discount = choice.offer ? Math.round((goods * OFFER.percent) / 100) : 0;
  return {
    goods,
    discount,
    delivery,
    total: goods - discount + delivery.price,
    payable: !choice.offer || OFFER.delivery.includes(delivery.id),
  };
}
