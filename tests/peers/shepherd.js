// A tour of one step: what shepherd.js needs to show anything.
import Shepherd from 'shepherd.js';

new Shepherd.Tour({ steps: [{ text: 'Here' }] }).start();
