// Defines an example of an own proxy: how evenly a network's gradient is distributed over its layers (docs/guides/own-proxy.md).
import { norm, type OwnProxy } from 'zeroscout/proxy';

/**
 * Entropy of the layers' shares of the gradient's length, p_l = ||dL/dW_l|| / sum: log of the number of layers where all learn
 * alike, 0 where one layer takes all. Minus infinity where no gradient arrives.
 */
const gradientBalance: OwnProxy = {
  name: 'gradient-balance',
  needs: ['weight-gradients', 'labels'],
  compute: ({ layers }) => {
    const lengths = layers.map(({ gradients }) => norm(gradients!));
    const total = lengths.reduce((sum, length) => sum + length, 0);
    if (total === 0) return Number.NEGATIVE_INFINITY;
    return lengths.reduce((sum, length) => {
      const share = length / total;
      return share > 0 ? sum - share * Math.log(share) : sum;
    }, 0);
  },
};

export default gradientBalance;
