// Session storage that may be blocked: the shop then forgets on reload, and works on.

const PREFIX = 'tarnhouse.';

export function load(name, fallback) {
  try {
    const text = sessionStorage.getItem(PREFIX + name);
    return text === null ? fallback : JSON.parse(text);
  } catch {
    return fallback;
  }
}

export function save(name, value) {
  try {
    sessionStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Blocked or full: the value lives on in memory.
  }
}
