// Defines the measurements that the engine offers to proxies of whole networks: the interface of built-in and
// user-defined proxies.

/**
 * What a program computes: float32, or float64 where the specification says so (`fidelity.precision`). Own proxies always get
 * float32.
 */
export type Reals = Float32Array | Float64Array;

/** A convolution or a linear layer; layers are in the order of computation. */
export interface MeasuredLayer<Numbers extends Reals = Float32Array> {
  /** [out, in / groups, ...kernel] of a convolution; the matrix of a linear layer. */
  readonly shape: readonly number[];
  /** The weights, row-major, of that shape, as are all tensors of weights here. */
  readonly weights: Numbers;
  /** `weight-gradients`: dL/dW of the mean cross-entropy over the batch. */
  readonly gradients?: Numbers;
  /** `second-batch`: the same for another batch of images and labels. */
  readonly secondGradients?: Numbers;
  /** `weight-products`: numbers whose sum is the sum of W dL/dW over the layer. */
  readonly products?: Numbers;
  /** `hessian-product`: H g, the loss's Hessian in all weights times its gradient. */
  readonly hessian?: Numbers;
  /** `weight-curvature`: g (H W), elementwise, with W the weights of all layers. */
  readonly curvature?: Numbers;
  /** `channel-saliency`: [batch, channels], the sum over positions of a dL/da, a the layer's output with its bias. */
  readonly saliency?: Numbers;
  /**
   * `channel-covariances`: [channels, channels] of the layer's output for the first image, over its
   * positions; undefined where there are no more positions than channels, because the matrix would be
   * singular.
   */
  readonly covariance?: Numbers | undefined;
  /** `absolute-weights`: |W| dR/d|W|, elementwise, divided by exp(`Measurement.flowScale`). */
  readonly flow?: Numbers;
  /** `absolute-products`: numbers whose sum is the sum of `flow` over the layer. */
  readonly flowProducts?: Numbers;
}

/** An activation function, such as a ReLU. */
export interface MeasuredActivation<Numbers extends Reals = Float32Array> {
  /**
   * `activation-products`: XᵀX or XXᵀ, whichever is smaller, of its input X [samples, channels], and of its
   * output.
   */
  readonly before?: Numbers;
  readonly after?: Numbers;
  /** `sign-patterns`: [words, units]; bit n of word w says whether the unit is active for image 24 w + n. */
  readonly patterns?: Numbers;
}

/** One network under one draw. Optional fields are present where a proxy's needs name them. */
export interface Measurement<Numbers extends Reals = Float32Array> {
  readonly batch: number;
  readonly classes: number;
  /** The class of each image: random, unless `input.labels` gives it. */
  readonly labels: Int32Array;
  readonly layers: readonly MeasuredLayer<Numbers>[];
  readonly activations: readonly MeasuredActivation<Numbers>[];
  /** The largest number of layers on a path from the images to the output. */
  readonly depth: number;
  /** The largest number of convolutions with kernels of more than one position on such a path. */
  readonly spatialDepth: number;
  /** The number of elements in the outputs of all layers, for one image. */
  readonly outputs: number;
  /** Multiply-accumulates of one image and number of parameters, as the space counts them. */
  readonly costs: { readonly flops: number; readonly parameters: number };
  /** `input-jacobian`: [batch, values of an image], the gradient of the sum of all class scores with respect to the images. */
  readonly jacobian?: Numbers;
  /** `sign-agreement`: [batch, batch], the number of units that are active for both images or for neither. */
  readonly agreement?: Numbers;
  /**
   * `perturbed-images`: ||f(x) - f(x + 0.01 e)|| for each image, with f the last feature before the mean over
   * positions and e standard normal.
   */
  readonly distances?: Float64Array;
  /**
   * `perturbed-images`: for each normalization, the mean over channels of the variance (including epsilon) by
   * which it divides.
   */
  readonly variances?: Float64Array;
  /** `absolute-weights` and `absolute-products`: see `MeasuredLayer.flow`. */
  readonly flowScale?: number;
  /**
   * `class-derivatives`: the rows of a matrix F [rows, layers] for which FᵀF is the Fisher information of the
   * first weight of each layer (at most 128 layers, spread evenly), with the statistics of the batch held
   * fixed; of more than 16 classes it is estimated from 16 for each image.
   */
  readonly fisherRows?: readonly Float64Array[];
}

/**
 * A need of a proxy of whole networks: something that the engine computes, or something that the
 * specification must offer.
 */
export type MeasurementNeed =
  /** The network alone, without running it. */
  | 'network'
  /** The drawn weights. */
  | 'weights'
  | 'weight-gradients'
  /** Another batch of random images and labels; it cannot be combined with images of the user's own. */
  | 'second-batch'
  | 'weight-products'
  | 'hessian-product'
  | 'weight-curvature'
  | 'channel-saliency'
  | 'input-jacobian'
  | 'sign-agreement'
  | 'sign-patterns'
  | 'channel-covariances'
  | 'activation-products'
  | 'perturbed-images'
  /** A pass with absolute weights and without normalization, for an image of ones. */
  | 'absolute-weights'
  | 'absolute-products'
  | 'class-derivatives'
  /** A class for each image: random, unless `input.labels` gives them. */
  | 'labels'
  /** The memory and time of a backward pass through all blocks at once. */
  | 'whole-network-backward'
  /** At least 2 images, which the proxy compares. */
  | 'several-images';
