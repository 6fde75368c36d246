/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* y = exp (x - max x) / sum exp (x - max x) over one axis; a work-group a row. y may be x. */

#define GROUP 64

kernel __attribute__ ((reqd_work_group_size (GROUP, 1, 1))) void
softmax (uint                length,
         long                y_stride,
         long                x_stride,
         global float       *y,
         ulong               y_offset,
         global const float *x,
         ulong               x_offset,
         uint                n,
         uint                n_dims,
         uint8               shape,
         long8               y_strides,
         long8               x_strides)
{
  local float partial[GROUP];
  uint        row = get_group_id (0);
  uint        lane = get_local_id (0);
  float       largest = -INFINITY;
  float       sum = 0.0f;

  x += x_offset + walk_offset (row, n_dims, shape, x_strides);
  y += y_offset + walk_offset (row, n_dims, shape, y_strides);

  for (uint i = lane; i < length; i += GROUP)
    largest = fmax (largest, x[i * x_stride]);
  partial[lane] = largest;
  barrier (CLK_LOCAL_MEM_FENCE);
  for (uint half_size = GROUP / 2; half_size > 0; half_size /= 2)
    {
      if (lane < half_size)
        partial[lane] = fmax (partial[lane], partial[lane + half_size]);
      barrier (CLK_LOCAL_MEM_FENCE);
    }
  largest = partial[0];
  barrier (CLK_LOCAL_MEM_FENCE);

  for (uint i = lane; i < length; i += GROUP)
    {
      float e = exp (x[i * x_stride] - largest);

      y[i * y_stride] = e;
      sum += e;
    }
  partial[lane] = sum;
  barrier (CLK_LOCAL_MEM_FENCE);
  for (uint half_size = GROUP / 2; half_size > 0; half_size /= 2)
    {
      if (lane < half_size)
        partial[lane] += partial[lane + half_size];
      barrier (CLK_LOCAL_MEM_FENCE);
    }
  sum = partial[0];

  for (uint i = lane; i < length; i += GROUP)
    y[i * y_stride] /= sum;
}
