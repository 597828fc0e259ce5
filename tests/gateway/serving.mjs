/** An upstream and a gateway before it, for as long as a test works with them. */
import { policy } from './company.mjs';
import { TestGateway } from './gateway.mjs';
import { Upstream } from './upstream.mjs';

/**
 * @param {{ given?: Record<string, unknown>, vars?: Record<string, string> }} how what the policy has beside the company's, and the worker's variables
 * @param {(gateway: TestGateway, upstream: Upstream) => Promise<void>} work
 */
export async function servingWith({ given = {}, vars = {} }, work) {
  const upstream = await Upstream.start();
  const gateway = await TestGateway.start({ upstream: upstream.url, policy: policy(given), vars });
  try {
    await work(gateway, upstream);
  } finally {
    await gateway.stop();
    await upstream.stop();
  }
}
