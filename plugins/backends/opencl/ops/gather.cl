/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
/* GATHER: y[i, :] = table[ids[i], :], by element size. SCATTER_ADD: y[ids[i], :] += updates[i, :].
 * The rows of one walk (over ids) and the columns of another (over a row) are independent. An id
 * out of range is clamped by GATHER and adds nothing: no memory outside the table is touched. */

static long
load_id (global const int *ids, ulong offset, uint is_long, long i)
{
  return is_long ? ((global const long *) ids)[offset + i] : (long) ids[offset + i];
}

#define GATHER(name, type, table_type, load)                                                       \
  kernel void gather_##name (long               n_rows,                                            \
                             long               row_stride,                                        \
                             uint               is_long,                                           \
                             global type       *y,                                                 \
                             ulong              y_offset,                                          \
                             global const table_type *table,                                       \
                             ulong              table_offset,                                      \
                             global const int  *ids,                                               \
                             ulong              ids_offset,                                        \
                             uint               n_ids,                                             \
                             uint               ids_n_dims,                                        \
                             uint8              ids_shape,                                         \
                             long8              y_row_strides,                                     \
                             long8              ids_strides,                                       \
                             uint               n_columns,                                         \
                             uint               columns_n_dims,                                    \
                             uint8              columns_shape,                                     \
                             long8              y_column_strides,                                  \
                             long8              table_column_strides)                              \
  {                                                                                                \
    uint column = get_global_id (0);                                                               \
    long y_column, table_column;                                                                   \
                                                                                                   \
    if (column >= n_columns)                                                                       \
      return;                                                                                      \
    y_column = y_offset + walk_offset (column, columns_n_dims, columns_shape, y_column_strides);   \
    table_column =                                                                                 \
        table_offset + walk_offset (column, columns_n_dims, columns_shape, table_column_strides);  \
    for (uint row = get_global_id (1); row < n_ids; row += get_global_size (1))                    \
      {                                                                                            \
        long id =                                                                                  \
            load_id (ids, ids_offset, is_long, walk_offset (row, ids_n_dims, ids_shape, ids_strides));\
                                                                                                   \
        y[y_column + walk_offset (row, ids_n_dims, ids_shape, y_row_strides)] =                    \
            load (table, table_column + clamp (id, 0L, n_rows - 1) * row_stride);            \
      }                                                                                            \
  }

#define COPIED(table, i) table[i]
#define WIDENED_FLOAT16(table, i) vload_half (i, (global const half *) table)
#define WIDENED_BFLOAT16(table, i) as_float ((uint) table[i] << 16)

GATHER (uchar, uchar, uchar, COPIED)
GATHER (uint, uint, uint, COPIED)
GATHER (ulong, ulong, ulong, COPIED)
GATHER (float16, float, ushort, WIDENED_FLOAT16)
GATHER (bfloat16, float, ushort, WIDENED_BFLOAT16)

/* One work-item a column, ids in order: the sum of a row named twice does not depend on timing. */
kernel void
scatter_add (long               n_rows,
             long               row_stride,
             uint               is_long,
             global float      *y,
             ulong              y_offset,
             global const float *updates,
             ulong              updates_offset,
             global const int  *ids,
             ulong              ids_offset,
             uint               n_ids,
             uint               ids_n_dims,
             uint8              ids_shape,
             long8              updates_row_strides,
             long8              ids_strides,
             uint               n_columns,
             uint               columns_n_dims,
             uint8              columns_shape,
             long8              updates_column_strides,
             long8              y_column_strides)
{
  uint column = get_global_id (0);

  if (column >= n_columns)
    return;
  updates += updates_offset +
             walk_offset (column, columns_n_dims, columns_shape, updates_column_strides);
  y += y_offset + walk_offset (column, columns_n_dims, columns_shape, y_column_strides);
  for (uint i = 0; i < n_ids; i++)
    {
      long id =
          load_id (ids, ids_offset, is_long, walk_offset (i, ids_n_dims, ids_shape, ids_strides));

      if (id >= 0 && id < n_rows)
        y[id * row_stride] += updates[walk_offset (i, ids_n_dims, ids_shape, updates_row_strides)];
    }
}
