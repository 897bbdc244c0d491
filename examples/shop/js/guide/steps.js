// What to try, in an order that ends with being helped.

export const STEPS = [
  {
    id: 'stepper', path: '/product/101', where: 'Enamel mug',
    title: 'Press + five times, fast',
    why: 'Every press answers, so this must stay quiet.',
  },
  {
    id: 'dead', path: '/product/101', where: 'Enamel mug',
    title: 'Press “Add gift wrap”',
    why: 'It does nothing at all. Wait two seconds.',
  },
  {
    id: 'error', path: '/product/101', where: 'Enamel mug',
    title: 'Press “Check stock in store”',
    why: 'Its code throws. You see nothing, Unsnag does.',
  },
  {
    id: 'rage', path: '/checkout', where: 'Checkout',
    title: 'Press “Place order”, and again, fast',
    why: 'The order will not go through. Help should appear.',
  },
  {
    id: 'help', path: null, where: null,
    title: 'Follow “Help” in the header',
    why: 'Asking for help counts towards the risk as well.',
  },
];

const STEP_BY_KIND = { rage_click: 'rage', dead_click: 'dead', error_click: 'error', help_seeking: 'help' };

export function stepFor(signal) {
  return STEP_BY_KIND[signal.kind];
}
