/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* y = (h - mean h) / sqrt (var h + epsilon) * weight + bias with h = x, or x + residual; a
 * work-group a row, the variance in a second pass over the row. y may be x. */

#define GROUP 64

static float
sum_group (float value, local float *partial)
{
  uint  lane = get_local_id (0);
  float sum;

  partial[lane] = value;
  barrier (CLK_LOCAL_MEM_FENCE);
  for (uint half_size = GROUP / 2; half_size > 0; half_size /= 2)
    {
      if (lane < half_size)
        partial[lane] += partial[lane + half_size];
      barrier (CLK_LOCAL_MEM_FENCE);
    }
  sum = partial[0];
  barrier (CLK_LOCAL_MEM_FENCE);
  return sum;
}

#define H(i) (x[(i) *x_stride] + (has_residual ? residual[(i) *residual_stride] : 0.0f))

kernel __attribute__ ((reqd_work_group_size (GROUP, 1, 1))) void
layer_norm (uint                length,
            float               epsilon,
            uint                has_residual,
            long                y_stride,
            long                x_stride,
            long                residual_stride,
            global const uchar *weight,
            ulong               weight_offset,
            long                weight_stride,
            uint                weight_dtype,
            global const uchar *bias,
            ulong               bias_offset,
            long                bias_stride,
            uint                bias_dtype,
            global float       *y,
            ulong               y_offset,
            global const float *x,
            ulong               x_offset,
            global const float *residual,
            ulong               residual_offset,
            uint                n,
            uint                n_dims,
            uint8               shape,
            long8               y_strides,
            long8               x_strides,
            long8               residual_strides)
{
  local float partial[GROUP];
  uint        row = get_group_id (0);
  uint        lane = get_local_id (0);
  float       sum = 0.0f;
  float       squares = 0.0f;
  float       mean, scale;

  x += x_offset + walk_offset (row, n_dims, shape, x_strides);
  y += y_offset + walk_offset (row, n_dims, shape, y_strides);
  residual += residual_offset + walk_offset (row, n_dims, shape, residual_strides);

  for (uint i = lane; i < length; i += GROUP)
    sum += H (i);
  mean = sum_group (sum, partial) / (float) length;

  for (uint i = lane; i < length; i += GROUP)
    {
      float d = H (i) - mean;

      squares += d * d;
    }
  scale = 1.0f / sqrt (sum_group (squares, partial) / (float) length + epsilon);

  for (uint i = lane; i < length; i += GROUP)
    y[i * y_stride] = (H (i) - mean) * scale *
                          load_float (weight, weight_dtype, weight_offset + i * weight_stride) +
                      load_float (bias, bias_dtype, bias_offset + i * bias_stride);
}
