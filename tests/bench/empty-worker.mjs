// A Worker that does nothing: what workerd, miniflare and HTTP cost by themselves.

export default {
  async fetch(request) {
    await request.arrayBuffer();
    // wrk tells a script only of answers that have a header.
    return new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } });
  },
};
