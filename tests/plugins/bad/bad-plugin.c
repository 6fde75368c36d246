/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <trafo/trafo-plugin.h>
#include <unistd.h>

/* One animal of the zoo of bad plugins. The build defines ANIMAL, its name, ANIMAL_TYPE, the name
 * of its type, and ANIMAL_IS_name, which chooses what is wrong with it. */

#if defined(ANIMAL_IS_silent_probe) || defined(ANIMAL_IS_null_vfuncs) ||                           \
    defined(ANIMAL_IS_crash_in_probe)
#define ANIMAL_INTERFACE TRAFO_TYPE_BACKEND
#define ANIMAL_FEATURE TRAFO_PLUGIN_BACKEND
#elif defined(ANIMAL_IS_wrong_interface)
#define ANIMAL_INTERFACE TRAFO_TYPE_MODEL
#define ANIMAL_FEATURE TRAFO_PLUGIN_OPTIMIZER
#else
#define ANIMAL_IS_OPTIMIZER
#define ANIMAL_INTERFACE TRAFO_TYPE_OPTIMIZER
#define ANIMAL_FEATURE TRAFO_PLUGIN_OPTIMIZER
#endif

#if defined(ANIMAL_IS_segv_in_constructor)
static void __attribute__ ((constructor)) misbehave (void)
{
  fprintf (stderr, "about to crash\n");
  raise (SIGSEGV);
}
#elif defined(ANIMAL_IS_abort_in_constructor)
static void __attribute__ ((constructor)) misbehave (void) { abort (); }
#elif defined(ANIMAL_IS_illegal_in_constructor)
static void __attribute__ ((constructor)) misbehave (void) { raise (SIGILL); }
#elif defined(ANIMAL_IS_hang_in_constructor)
static void __attribute__ ((constructor)) misbehave (void)
{
  for (;;)
    pause ();
}
#elif defined(ANIMAL_IS_loop_in_constructor)
static volatile guint loops;

static void __attribute__ ((constructor)) misbehave (void)
{
  for (;;)
    loops++;
}
#elif defined(ANIMAL_IS_exit_in_constructor)
static void __attribute__ ((constructor)) misbehave (void) { _exit (0); }
#elif defined(ANIMAL_IS_crash_in_destructor)
static void __attribute__ ((destructor)) misbehave (void) { raise (SIGSEGV); }
#elif defined(ANIMAL_IS_prints)
static void __attribute__ ((constructor)) misbehave (void)
{
  printf ("hello, I corrupt your data\n");
  fflush (stdout);
}
#elif defined(ANIMAL_IS_closes_streams)
static void __attribute__ ((constructor)) misbehave (void)
{
  close (0);
  close (1);
  close (2);
}
#elif defined(ANIMAL_IS_scribbles)
static void __attribute__ ((constructor)) misbehave (void)
{
  for (int fd = 3; fd < 300; fd++)
    if (write (fd, "RRRRRRRRRRRR", 12) < 0)
      continue;
}
#elif defined(ANIMAL_IS_leaves_child)
static void __attribute__ ((constructor)) misbehave (void)
{
  if (fork () == 0)
    for (;;)
      pause ();
}
#elif defined(ANIMAL_IS_unresolved)
extern void a_function_that_nobody_has (void);

static void __attribute__ ((constructor)) misbehave (void) { a_function_that_nobody_has (); }
#endif

static void
animal_init (GTypeInstance *instance, gpointer klass)
{
#ifdef ANIMAL_IS_crash_in_init
  raise (SIGSEGV);
#endif
}

#ifdef ANIMAL_IS_silent_probe
static gboolean
fail_silently (TrafoBackend *self, GCancellable *cancellable, GError **error)
{
  return FALSE;
}
#endif

#ifdef ANIMAL_IS_crash_in_probe
static gboolean
crash (TrafoBackend *self, GCancellable *cancellable, GError **error)
{
  raise (SIGSEGV);
  return TRUE;
}
#endif

#ifdef ANIMAL_IS_OPTIMIZER
/* what an optimizer needs at least */
static TrafoSym
keep_param (TrafoOptimizer    *self,
            TrafoBuilder      *builder,
            const TrafoUpdate *update,
            TrafoSym          *new_states,
            GError           **error)
{
  return update->param;
}
#endif

static void
interface_init (gpointer iface, gpointer data)
{
#ifdef ANIMAL_IS_silent_probe
  ((TrafoBackendInterface *) iface)->probe = fail_silently;
#endif
#ifdef ANIMAL_IS_crash_in_probe
  ((TrafoBackendInterface *) iface)->probe = crash;
#endif
#ifdef ANIMAL_IS_OPTIMIZER
  ((TrafoOptimizerInterface *) iface)->build_update = keep_param;
#endif
}

GType animal_get_type (void);

GType
animal_get_type (void)
{
  static gsize type = 0;

#ifdef ANIMAL_IS_no_type
  return 0;
#endif
  if (g_once_init_enter (&type))
    {
      const GTypeInfo      info = { .class_size = sizeof (GObjectClass),
                                    .instance_size = sizeof (GObject),
                                    .instance_init = animal_init };
      const GInterfaceInfo iface = { .interface_init = interface_init };
      GType                registered;

      registered = g_type_register_static (G_TYPE_OBJECT, G_STRINGIFY (ANIMAL_TYPE), &info, 0);
      g_type_add_interface_static (registered, ANIMAL_INTERFACE, &iface);
      g_once_init_leave (&type, registered);
    }
  return type;
}

#define TEXT(abi, version, rest)                                                                   \
  "trafo-plugin 1 " abi "\n{\"name\":\"" G_STRINGIFY (                                             \
      ANIMAL) "\",\"version\":\"" version                                                          \
              "\",\"license\":\"MIT\",\"description\":\"\",\"features\":[" rest "]}"
#define FEATURE                                                                                    \
  "{\"kind\":\"optimizer\",\"name\":\"" G_STRINGIFY (ANIMAL) "\",\"type\":\"" G_STRINGIFY (        \
      ANIMAL_TYPE) "\",\"rank\":256}"
/* so that ANIMAL is replaced before it becomes part of a symbol */
#define DEFINE(...) TRAFO_PLUGIN_DEFINE (__VA_ARGS__)
#define SECTION(text) static const char section[] TRAFO_PLUGIN_IN_SECTION_ = text;

#if defined(ANIMAL_IS_wrong_abi)
SECTION (TEXT ("0.9999", "1", FEATURE))
#elif defined(ANIMAL_IS_wrong_magic)
SECTION ("some other program's section")
#elif defined(ANIMAL_IS_broken_json)
SECTION (TEXT (TRAFO_PLUGIN_TEXT_ABI_, "1", FEATURE ","))
#elif defined(ANIMAL_IS_no_features)
SECTION (TEXT (TRAFO_PLUGIN_TEXT_ABI_, "1", ""))
#elif defined(ANIMAL_IS_no_table)
SECTION (TEXT (TRAFO_PLUGIN_TEXT_ABI_, "1", FEATURE))
#elif defined(ANIMAL_IS_huge_description)
static const char section[200000] TRAFO_PLUGIN_IN_SECTION_ =
    TEXT (TRAFO_PLUGIN_TEXT_ABI_, "1", FEATURE);
#elif defined(ANIMAL_IS_mismatch)
SECTION (TEXT (TRAFO_PLUGIN_TEXT_ABI_, "1", FEATURE))

static const TrafoFeatureEntry entries[] = {
  { TRAFO_FEATURE_KIND_OPTIMIZER, 0, "mismatch", animal_get_type }
};

TRAFO_API const TrafoPluginDescriptor trafo_plugin_mismatch_descriptor;
const TrafoPluginDescriptor           trafo_plugin_mismatch_descriptor = {
            sizeof (TrafoPluginDescriptor),
            TRAFO_ABI_MAJOR,
            TRAFO_ABI_MINOR,
            sizeof (TrafoFeatureEntry),
            1,
            "mismatch",
            TEXT (TRAFO_PLUGIN_TEXT_ABI_, "2", FEATURE),
            entries,
};
#elif defined(ANIMAL_IS_no_section)
#elif defined(ANIMAL_IS_other_isa)
DEFINE (ANIMAL,
        "1.0",
        "MIT",
        "needs what no processor has",
        TRAFO_PLUGIN_OPTIMIZER ("other_isa",
                                ANIMAL_TYPE,
                                animal,
                                TRAFO_RANK_PRIMARY,
                                TRAFO_ANSWERS_TO ("sgd", "momentum"),
                                TRAFO_NEEDS_ISA ("avx4096")))
#else
DEFINE (ANIMAL,
        "1.0",
        "MIT",
        "an animal of the zoo",
        ANIMAL_FEATURE (G_STRINGIFY (ANIMAL), ANIMAL_TYPE, animal, TRAFO_RANK_PRIMARY))
#endif
