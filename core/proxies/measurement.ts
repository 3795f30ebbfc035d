// What the engine offers to proxies of whole networks: the interface that built-in and own proxies are written in.

/** A convolution or a linear layer, in the order in which the network computes. */
export interface MeasuredLayer {
  /** [out, in / groups, ...kernel] of a convolution; the matrix of a linear layer. */
  readonly shape: readonly number[];
  /** Row-major, of that shape, like all tensors of weights here. */
  readonly weights: Float32Array;
  /** `weight-gradients`: dL/dW of the mean cross-entropy over the batch. */
  readonly gradients?: Float32Array;
  /** `second-batch`: the same for other images and labels. */
  readonly secondGradients?: Float32Array;
  /** `hessian-product`: H g, the loss's Hessian in all weights times its gradient. */
  readonly hessian?: Float32Array;
  /** `channel-saliency`: [batch, channels], the sum over positions of a dL/da, a the layer's output. */
  readonly saliency?: Float32Array;
  /**
   * `channel-covariances`: [channels, channels] of the layer's output for the first image, over its positions; undefined where there
   * are no more positions than channels, so that the matrix is singular.
   */
  readonly covariance?: Float32Array | undefined;
  /** `absolute-weights`: |W| dR/d|W|, element by element, over exp(`Measurement.flowScale`). */
  readonly flow?: Float32Array;
}

/** An activation function, such as a ReLU. */
export interface MeasuredActivation {
  /** `activation-products`: X^T X or X X^T, whichever is smaller and square, of its input X [samples, channels]; and of its output. */
  readonly before?: Float32Array;
  readonly after?: Float32Array;
  /** `sign-patterns`: [words, units]; bit n of word w says whether the unit is active for image 24 w + n. */
  readonly patterns?: Float32Array;
}

/** One network under one draw. What is optional is there where a proxy's needs name it. */
export interface Measurement {
  readonly batch: number;
  readonly classes: number;
  /** Class of each image. */
  readonly labels: Int32Array;
  readonly layers: readonly MeasuredLayer[];
  readonly activations: readonly MeasuredActivation[];
  /** Most layers on a path from the images to the output. */
  readonly depth: number;
  /** Multiply-accumulates of one image and trainable numbers, as the space counts them. */
  readonly costs: { readonly flops: number; readonly parameters: number };
  /** `input-jacobian`: [batch, values of an image], the gradient of the sum of all class scores with respect to the images. */
  readonly jacobian?: Float32Array;
  /** `sign-agreement`: [batch, batch], number of units whose activation function is active for both images or for neither. */
  readonly agreement?: Float32Array;
  /** `perturbed-images`: of the last feature before the mean over positions, ||f(x) - f(x + 0.01 e)|| of each image, e standard normal. */
  readonly distances?: Float64Array;
  /** `perturbed-images`: of each normalization, the mean over channels of the variance that it divides by, with its epsilon. */
  readonly variances?: Float64Array;
  /** `absolute-weights`: see `MeasuredLayer.flow`. */
  readonly flowScale?: number;
  /**
   * `class-derivatives`: [rows, layers], rows whose products, summed, are the Fisher information of the first weight of each layer (at
   * most 128 layers, spread evenly), with the statistics of the batch held fixed.
   */
  readonly fisherRows?: readonly Float64Array[];
}

/** What a proxy of a whole network needs: what the engine computes for it, and what a specification has to offer. */
export type MeasurementNeed =
  /** The network alone, without a pass through it. */
  | 'network'
  /** Weights as they are drawn. */
  | 'weights'
  | 'weight-gradients'
  /** Another batch of images and labels: random ones, so that own images are refused. */
  | 'second-batch'
  | 'hessian-product'
  | 'channel-saliency'
  | 'input-jacobian'
  | 'sign-agreement'
  | 'sign-patterns'
  | 'channel-covariances'
  | 'activation-products'
  | 'perturbed-images'
  /** A pass with absolute weights, without normalization, for images of ones. */
  | 'absolute-weights'
  | 'class-derivatives'
  /** A class for each image: random, from the draw. */
  | 'labels'
  /** The memory and time of a backward pass through all blocks at once. */
  | 'whole-network-backward'
  /** Images to compare: at least 2. */
  | 'several-images';
