/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <time.h>
#include <trafo/trafo-backend.h>

#include "trafo-op-private.h"
#include "trafo-profile.h"

G_BEGIN_DECLS

/* One op with these operands, at this place of the model, by this kernel. */
typedef struct
{
  const char *op;
  char       *kernel;
  char       *path;   /* in the model */
  char       *shapes; /* such as "8x128x768 3072x768:bfloat16 3072 -> 8x128x3072" */
  TrafoDType  dtype;  /* of its products */
  guint64     n_calls;
  double      time_ns; /* of the wall clock */
  double      min_ns;
  double      wait_ns; /* of all threads together, in which they did nothing */
  double      flops;
  double      bytes;
} TrafoProfileRow;

typedef enum
{
  TRAFO_PHASE_LOAD,    /* a model */
  TRAFO_PHASE_COMPILE, /* a program */
  TRAFO_PHASE_PACK,    /* its weights, a part of it */
  TRAFO_PHASE_RUN,     /* a program */
  TRAFO_PHASE_PLAN,    /* memory and kernels for shapes that are new, a part of a run */
  TRAFO_PHASE_BIND,    /* inputs, a part of a run */
  TRAFO_PHASE_OPS,     /* all of a run, a part of it */
  TRAFO_N_PHASES,
} TrafoPhaseKind;

extern const char *const trafo_phase_names[TRAFO_N_PHASES];

/* The tracks of a trace: 0 is the first thread that computed, then come the pool's, then more
 * callers. */
#define TRAFO_PROFILE_FIRST_CALLER 256

/* On one thread, nanoseconds of the monotonic clock. */
typedef struct
{
  gint64  begin_ns;
  gint64  end_ns;
  guint32 number; /* of a row; from G_MAXUINT32 downwards, of a phase */
  guint32 track;
} TrafoProfileEvent;

struct _TrafoProfile
{
  GObject parent_instance;

  GMutex       lock; /* guards all that follows */
  guint64      serial;
  guint        max_events;
  gint64       begin_ns; /* of the time since the last start; 0: stopped */
  gint64       elapsed_ns;
  GPtrArray   *rows; /* of TrafoProfileRow */
  GHashTable  *rows_by_key;
  GArray      *events; /* of TrafoProfileEvent */
  guint64      n_dropped;
  guint64      phase_calls[TRAFO_N_PHASES];
  gint64       phase_ns[TRAFO_N_PHASES];
  GArray      *callers;                    /* of pid_t: threads that are none of the pool's */
  TrafoDevice *device;                     /* of the last run */
  double       peak_flops[TRAFO_N_DTYPES]; /* a second; 0: not known */
  double       peak_bytes;
};

static inline gint64
trafo_profile_now (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (gint64) now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Whether there is a profile that was started. */
extern gint trafo_profile_is_started;

/* The row of a kernel call; @kernel is NULL for the reference. */
guint trafo_profile_find_row (TrafoProfile          *self,
                              const TrafoKernel     *kernel,
                              const TrafoKernelArgs *args,
                              const char            *path);

/* Such as "8x128x768 3072x768:bfloat16 3072 -> 8x128x3072". */
char *trafo_profile_describe_operands (const TrafoKernelArgs *args);

/* With the lock held. */
guint trafo_profile_get_caller_track (TrafoProfile *self);
void  trafo_profile_add_event (TrafoProfile *self, const TrafoProfileEvent *event);

/* Something that takes time, from here to the end of a variable's scope. Costs nothing while no
 * profile is started. */
typedef struct
{
  TrafoProfile  *profile;
  TrafoPhaseKind kind;
  gint64         begin_ns;
} TrafoPhase;

TrafoPhase trafo_phase_begin_started (TrafoPhaseKind kind);
void       trafo_phase_end_started (TrafoPhase *self);

static inline TrafoPhase
trafo_phase_begin (TrafoPhaseKind kind)
{
  if (G_LIKELY (!__atomic_load_n (&trafo_profile_is_started, __ATOMIC_RELAXED)))
    return (TrafoPhase){ NULL, kind, 0 };
  return trafo_phase_begin_started (kind);
}

static inline void
trafo_phase_end (TrafoPhase *self)
{
  if (G_UNLIKELY (self->profile != NULL))
    trafo_phase_end_started (self);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TrafoPhase, trafo_phase_end)

G_END_DECLS
