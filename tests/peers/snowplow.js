// Snowplow as far as it covers the same ground: page views, forms, media; it detects no frustration.
import { enableActivityTracking, newTracker, trackPageView } from '@snowplow/browser-tracker';
import { FormTrackingPlugin, enableFormTracking } from '@snowplow/browser-plugin-form-tracking';
import { SnowplowMediaPlugin, startMediaTracking } from '@snowplow/browser-plugin-media';

newTracker('peer', '127.0.0.1', { plugins: [FormTrackingPlugin(), SnowplowMediaPlugin()] });
enableActivityTracking({ minimumVisitLength: 10, heartbeatDelay: 10 });
trackPageView();
enableFormTracking();
startMediaTracking({ id: 'player' });
