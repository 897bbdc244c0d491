// The smallest useful Sentry: error capture, nothing else.
import { init } from '@sentry/browser';

init({ dsn: 'https://key@127.0.0.1/1' });
