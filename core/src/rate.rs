//! How many batches a write key and a client address may send: token buckets with bounded memory.
//!
//! Addresses are held in memory only, as the network they belong to (an IPv4 address, an IPv6 /64), and are never
//! logged. A bucket that has filled up again is the same as none, so full tables are swept of those first.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard};

use crate::time::Millis;

/// A bucket holds this many seconds of its rate, so that a page's first burst passes.
const BURST_SECONDS: f64 = 2.0;

/// Clients remembered at once; about 3 MB. Further ones share one bucket until a sweep makes room.
const MAX_CLIENTS: usize = 65_536;

/// A sweep looks at every client, so it runs at most this often.
const SWEEP_EVERY: Millis = Millis(1000);

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    filled_at: Millis,
}

impl Bucket {
    fn full(rate_per_s: u32, now: Millis) -> Self {
        Self { tokens: f64::from(rate_per_s) * BURST_SECONDS, filled_at: now }
    }

    fn refill(&mut self, rate_per_s: u32, now: Millis) {
        let rate = f64::from(rate_per_s);
        let elapsed = now.since(self.filled_at).0 as f64 / 1000.0;
        self.tokens = (self.tokens + elapsed * rate).min(rate * BURST_SECONDS);
        self.filled_at = now;
    }

    fn take(&mut self, rate_per_s: u32, now: Millis) -> bool {
        self.refill(rate_per_s, now);
        let admitted = self.tokens >= 1.0;
        if admitted {
            self.tokens -= 1.0;
        }
        admitted
    }
}

#[derive(Debug)]
struct Clients {
    buckets: HashMap<u64, Bucket>,
    overflow: Bucket,
    swept_at: Millis,
}

/// All buckets of a host. A rate of 0 means no limit.
#[derive(Debug)]
pub struct Limiter {
    keys: Mutex<HashMap<String, Bucket>>,
    clients: Mutex<Clients>,
    client_rate_per_s: u32,
    max_clients: usize,
}

impl Limiter {
    /// Empty tables. `client_rate_per_s` is for each client address; `now` counts from any origin, and never falls.
    pub fn new(client_rate_per_s: u32, now: Millis) -> Self {
        Self {
            keys: Mutex::default(),
            clients: Mutex::new(Clients {
                buckets: HashMap::new(),
                overflow: Bucket::full(client_rate_per_s, now),
                swept_at: now,
            }),
            client_rate_per_s,
            max_clients: MAX_CLIENTS,
        }
    }

    /// Whether one more batch may pass. The client is asked first, so that a loud one does not use up its key.
    /// Only configured keys may be given: they are remembered for good.
    pub fn admit(&self, key: &str, key_rate_per_s: u32, client: IpAddr, now: Millis) -> bool {
        self.admit_client(client, now) && self.admit_key(key, key_rate_per_s, now)
    }

    fn admit_key(&self, key: &str, rate_per_s: u32, now: Millis) -> bool {
        if rate_per_s == 0 {
            return true;
        }
        let mut keys = lock(&self.keys);
        if let Some(bucket) = keys.get_mut(key) {
            return bucket.take(rate_per_s, now);
        }
        let mut bucket = Bucket::full(rate_per_s, now);
        let admitted = bucket.take(rate_per_s, now);
        keys.insert(key.to_owned(), bucket);
        admitted
    }

    fn admit_client(&self, client: IpAddr, now: Millis) -> bool {
        let rate = self.client_rate_per_s;
        if rate == 0 {
            return true;
        }
        let network = network(client);
        let mut clients = lock(&self.clients);
        if let Some(bucket) = clients.buckets.get_mut(&network) {
            return bucket.take(rate, now);
        }
        if clients.buckets.len() >= self.max_clients {
            if now.since(clients.swept_at) < SWEEP_EVERY {
                return clients.overflow.take(rate, now);
            }
            clients.swept_at = now;
            let full = f64::from(rate) * BURST_SECONDS;
            clients.buckets.retain(|_, bucket| {
                bucket.refill(rate, now);
                bucket.tokens < full
            });
            if clients.buckets.len() >= self.max_clients {
                return clients.overflow.take(rate, now);
            }
        }
        let mut bucket = Bucket::full(rate, now);
        let admitted = bucket.take(rate, now);
        clients.buckets.insert(network, bucket);
        admitted
    }
}

/// What counts as one client: providers hand out whole IPv6 /64 networks, so an address of one means nothing.
fn network(client: IpAddr) -> u64 {
    match client.to_canonical() {
        IpAddr::V4(address) => u64::from(address.to_bits()),
        // No /64 in use begins with 32 zero bits, so the two families do not meet.
        IpAddr::V6(address) => (address.to_bits() >> 64) as u64,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("nothing panics while holding the buckets")
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use super::*;

    const FAR: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

    fn passed(limiter: &Limiter, client: IpAddr, tries: usize, now: Millis) -> usize {
        (0..tries).filter(|_| limiter.admit("shop", 0, client, now)).count()
    }

    #[test]
    fn admits_a_burst_and_then_the_rate() {
        let start = Millis(1_000);
        let limiter = Limiter::new(10, start);
        assert_eq!(passed(&limiter, FAR, 100, start), 20);
        assert_eq!(passed(&limiter, FAR, 100, start + Millis(500)), 5);
        assert_eq!(passed(&limiter, FAR, 100, start + Millis(3_600_000)), 20);
    }

    #[test]
    fn limits_a_key_over_all_its_clients() {
        let start = Millis(1_000);
        let limiter = Limiter::new(0, start);
        let admitted = (0..100_u8)
            .filter(|last| {
                let client = IpAddr::V4(Ipv4Addr::new(192, 0, 2, *last));
                limiter.admit("shop", 5, client, start)
            })
            .count();
        assert_eq!(admitted, 10);
        assert!(limiter.admit("other", 5, FAR, start));
    }

    #[test]
    fn keeps_a_keys_budget_from_a_loud_client() {
        let start = Millis(1_000);
        let limiter = Limiter::new(1, start);
        for _ in 0..1000 {
            limiter.admit("shop", 5, FAR, start);
        }
        let neighbour = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2));
        assert!(limiter.admit("shop", 5, neighbour, start));
    }

    #[test]
    fn takes_one_ipv6_network_for_one_client() {
        let start = Millis(1_000);
        let limiter = Limiter::new(1, start);
        let host = |last| IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, last));
        let admitted = (0..50).filter(|last| limiter.admit("shop", 0, host(*last), start)).count();
        assert_eq!(admitted, 2);
    }

    #[test]
    fn takes_a_mapped_address_for_the_ipv4_client_it_is() {
        let mapped = IpAddr::V6(Ipv4Addr::new(192, 0, 2, 1).to_ipv6_mapped());
        assert_eq!(network(mapped), network(FAR));
    }

    #[test]
    fn keeps_memory_bounded_when_clients_never_end() {
        let start = Millis(1_000);
        let limiter = Limiter { max_clients: 100, ..Limiter::new(1, start) };
        let client = |n: u32| IpAddr::V4(Ipv4Addr::from_bits(n));
        for n in 0..5000 {
            limiter.admit("shop", 0, client(n), start);
        }
        assert_eq!(lock(&limiter.clients).buckets.len(), 100);
        let later = start + Millis(60_000);
        assert!(limiter.admit("shop", 0, client(9999), later));
        assert_eq!(lock(&limiter.clients).buckets.len(), 1);
    }
}
