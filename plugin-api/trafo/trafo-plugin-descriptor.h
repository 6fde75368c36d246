/* SPDX-License-Identifier: MIT
 * Copyright 2026 The Trafo authors */
#pragma once

#include <glib-object.h>
#include <trafo/trafo-macros.h>
#include <trafo/trafo-version.h>

G_BEGIN_DECLS

/* What a plugin says about itself. plugin.c is a table of contents:
 *
 *   TRAFO_PLUGIN_DEFINE (bert,
 *                        "0.1.0",
 *                        "MIT",
 *                        "BERT (Devlin et al. 2018)",
 *                        TRAFO_PLUGIN_MODEL ("bert", TrafoBert, trafo_bert, TRAFO_RANK_PRIMARY,
 *                                            TRAFO_ANSWERS_TO ("bert")))
 *
 * The first argument is an identifier, the next three are one string literal each; then come 1 to
 * 16 features, at most one of them a backend. A feature has a name, the type and the prefix as in
 * G_DEFINE_TYPE, a rank (a plain number), and up to 6 lists of strings, its metadata.
 *
 * The macro makes two things. A constant text in the ELF section .trafo_plugin: core reads it from
 * the file, so no code of the plugin runs to build the registry. And a table, the one symbol that
 * a plugin exports; core asks for it when a feature is first used, and refuses a plugin whose table
 * and text differ. The text is one line "trafo-plugin 1 MAJOR.MINOR" (the version of this format
 * and the plugin ABI), then a JSON object. */
#define TRAFO_PLUGIN_SECTION ".trafo_plugin"
#define TRAFO_PLUGIN_TEXT_MAGIC "trafo-plugin"
#define TRAFO_PLUGIN_TEXT_VERSION 1
#define TRAFO_PLUGIN_TEXT_MAX_BYTES 65536
#define TRAFO_PLUGIN_MAX_FEATURES 16

/* Among features that answer to the same name the highest rank wins, then the first name. A feature
 * of rank 0 is used only if it is asked for by its own name. */
#define TRAFO_RANK_NONE 0
#define TRAFO_RANK_MARGINAL 64
#define TRAFO_RANK_SECONDARY 128
#define TRAFO_RANK_PRIMARY 256

/**
 * TrafoFeatureKind:
 * @TRAFO_FEATURE_KIND_BACKEND: implements #TrafoBackend
 * @TRAFO_FEATURE_KIND_MODEL: implements #TrafoModel
 * @TRAFO_FEATURE_KIND_TOKENIZER: implements #TrafoTokenizer
 * @TRAFO_FEATURE_KIND_OPTIMIZER: implements #TrafoOptimizer
 * @TRAFO_FEATURE_KIND_PIPELINE: implements #TrafoPipelineTask
 *
 * What a feature of a plugin is. The numbers are part of the plugin ABI.
 */
typedef enum
{
  TRAFO_FEATURE_KIND_BACKEND = 0,
  TRAFO_FEATURE_KIND_MODEL = 1,
  TRAFO_FEATURE_KIND_TOKENIZER = 2,
  TRAFO_FEATURE_KIND_OPTIMIZER = 3,
  TRAFO_FEATURE_KIND_PIPELINE = 4,
} TrafoFeatureKind;

/* The rest is for plugins in C. */
#ifndef __GI_SCANNER__

#define TRAFO_N_FEATURE_KINDS 5

typedef struct
{
  guint32     kind; /* TrafoFeatureKind */
  guint32     reserved;
  const char *name;
  GType (*get_type) (void);
} TrafoFeatureEntry;

typedef struct
{
  guint32                  struct_size;
  guint16                  abi_major;
  guint16                  abi_minor;
  guint32                  entry_size; /* of one TrafoFeatureEntry */
  guint32                  n_entries;
  const char              *name;
  const char              *text; /* what the section holds */
  const TrafoFeatureEntry *entries;
} TrafoPluginDescriptor;

#define TRAFO_PLUGIN_BACKEND(name, TypeName, type_name, ...)                                       \
  (BACKEND, "backend", name, TypeName, type_name, __VA_ARGS__)
#define TRAFO_PLUGIN_MODEL(name, TypeName, type_name, ...)                                         \
  (MODEL, "model", name, TypeName, type_name, __VA_ARGS__)
#define TRAFO_PLUGIN_TOKENIZER(name, TypeName, type_name, ...)                                     \
  (TOKENIZER, "tokenizer", name, TypeName, type_name, __VA_ARGS__)
#define TRAFO_PLUGIN_OPTIMIZER(name, TypeName, type_name, ...)                                     \
  (OPTIMIZER, "optimizer", name, TypeName, type_name, __VA_ARGS__)
#define TRAFO_PLUGIN_PIPELINE(name, TypeName, type_name, ...)                                      \
  (PIPELINE, "pipeline", name, TypeName, type_name, __VA_ARGS__)

/* Metadata. ANSWERS_TO: the model_types of a model, the tokenizer_class and model names of a
 * tokenizer, other names of a pipeline's task; a feature answers to its own name anyway. NEEDS_ISA: what the processor must have, as
 * __builtin_cpu_supports() names it ("avx2", "fma", "avx512f"), or the feature is not used.
 * NEEDS_DRIVERS: sonames that the plugin opens by itself. */
#define TRAFO_ANSWERS_TO(...) TRAFO_METADATA ("answers_to", __VA_ARGS__)
#define TRAFO_NEEDS_ISA(...) TRAFO_METADATA ("isa", __VA_ARGS__)
#define TRAFO_NEEDS_DRIVERS(...) TRAFO_METADATA ("drivers", __VA_ARGS__)
#define TRAFO_METADATA(key, ...) ",\"" key "\":[" #__VA_ARGS__ "]"

/**
 * TRAFO_PLUGIN_DEFINE:
 * @plugin_name: the plugin's name, an identifier
 * @version: its version, a string
 * @license: its licence as an SPDX expression, a string
 * @description: one line that says what it is, a string
 * @...: its features, TRAFO_PLUGIN_MODEL () and the like
 *
 * Describes a plugin; stands once in it, without a semicolon behind it.
 */
#define TRAFO_PLUGIN_DEFINE(plugin_name, version, license, description, ...)                       \
  static const char trafo_plugin_##plugin_name##_text[] TRAFO_PLUGIN_IN_SECTION_ =                 \
      TRAFO_PLUGIN_TEXT_ (plugin_name,                                                             \
                          version,                                                                 \
                          license,                                                                 \
                          description,                                                             \
                          TRAFO_PLUGIN_EACH_ (TRAFO_PLUGIN_FEATURE_TEXT_, ",", __VA_ARGS__));      \
  G_STATIC_ASSERT (sizeof trafo_plugin_##plugin_name##_text <= TRAFO_PLUGIN_TEXT_MAX_BYTES);       \
  static const TrafoFeatureEntry trafo_plugin_##plugin_name##_entries[] = {                        \
    TRAFO_PLUGIN_EACH_ (TRAFO_PLUGIN_FEATURE_ENTRY_, , __VA_ARGS__)                                \
  };                                                                                               \
  TRAFO_API const TrafoPluginDescriptor trafo_plugin_##plugin_name##_descriptor;                   \
  const TrafoPluginDescriptor           trafo_plugin_##plugin_name##_descriptor = {                \
              sizeof (TrafoPluginDescriptor),                                                      \
              TRAFO_ABI_MAJOR,                                                                     \
              TRAFO_ABI_MINOR,                                                                     \
              sizeof (TrafoFeatureEntry),                                                          \
              G_N_ELEMENTS (trafo_plugin_##plugin_name##_entries),                                 \
              #plugin_name,                                                                        \
              trafo_plugin_##plugin_name##_text,                                                   \
              trafo_plugin_##plugin_name##_entries,                                                \
  };

/* What follows is the machinery of the macro above. Macro arguments that are themselves features
 * arrive as tuples: (KIND, "kind", name, TypeName, type_name, rank, metadata...). */
#if defined(__has_attribute) && __has_attribute(retain)
#define TRAFO_PLUGIN_IN_SECTION_                                                                   \
  __attribute__ ((used, retain, section (TRAFO_PLUGIN_SECTION), aligned (1)))
#else
#define TRAFO_PLUGIN_IN_SECTION_ __attribute__ ((used, section (TRAFO_PLUGIN_SECTION), aligned (1)))
#endif

#define TRAFO_PLUGIN_TEXT_(name, version, license, description, features)                          \
  TRAFO_PLUGIN_TEXT_HEAD_ "{\"name\":\"" #name "\",\"version\":" #version ",\"license\":" #license \
                          ",\"description\":" #description ",\"features\":[" features "]}"
#define TRAFO_PLUGIN_TEXT_HEAD_                                                                    \
  TRAFO_PLUGIN_TEXT_MAGIC " " G_STRINGIFY (TRAFO_PLUGIN_TEXT_VERSION) " " TRAFO_PLUGIN_TEXT_ABI_   \
                                                                      "\n"
#define TRAFO_PLUGIN_TEXT_ABI_ G_STRINGIFY (TRAFO_ABI_MAJOR) "." G_STRINGIFY (TRAFO_ABI_MINOR)

#define TRAFO_PLUGIN_FEATURE_TEXT_(feature) TRAFO_PLUGIN_FEATURE_TEXT_OF_ feature
#define TRAFO_PLUGIN_FEATURE_TEXT_OF_(KIND, kind, name, TypeName, type_name, ...)                  \
  "{\"kind\":" #kind ",\"name\":" #name ",\"type\":\"" #TypeName                                   \
  "\",\"rank\":" TRAFO_PLUGIN_JOIN_ (__VA_ARGS__) "}"

#define TRAFO_PLUGIN_FEATURE_ENTRY_(feature) TRAFO_PLUGIN_FEATURE_ENTRY_OF_ feature
#define TRAFO_PLUGIN_FEATURE_ENTRY_OF_(KIND, kind, name, TypeName, type_name, ...)                 \
  { TRAFO_FEATURE_KIND_##KIND, 0, name, type_name##_get_type },

/* The rank, then the metadata, each of which begins with its comma. */
#define TRAFO_PLUGIN_JOIN_(...)                                                                    \
  TRAFO_PLUGIN_CONCAT_ (TRAFO_PLUGIN_JOIN_, TRAFO_PLUGIN_COUNT_ (__VA_ARGS__)) (__VA_ARGS__)
#define TRAFO_PLUGIN_JOIN_1_(rank) #rank
#define TRAFO_PLUGIN_JOIN_2_(rank, a) #rank a
#define TRAFO_PLUGIN_JOIN_3_(rank, a, b) #rank a b
#define TRAFO_PLUGIN_JOIN_4_(rank, a, b, c) #rank a b c
#define TRAFO_PLUGIN_JOIN_5_(rank, a, b, c, d) #rank a b c d
#define TRAFO_PLUGIN_JOIN_6_(rank, a, b, c, d, e) #rank a b c d e
#define TRAFO_PLUGIN_JOIN_7_(rank, a, b, c, d, e, f) #rank a b c d e f

#define TRAFO_PLUGIN_EACH_(m, sep, ...)                                                            \
  TRAFO_PLUGIN_CONCAT_ (TRAFO_PLUGIN_EACH_, TRAFO_PLUGIN_COUNT_ (__VA_ARGS__)) (m, sep, __VA_ARGS__)
#define TRAFO_PLUGIN_CONCAT_(a, n) TRAFO_PLUGIN_CONCAT_AGAIN_ (a, n)
#define TRAFO_PLUGIN_CONCAT_AGAIN_(a, n) a##n##_
#define TRAFO_PLUGIN_COUNT_(...)                                                                   \
  TRAFO_PLUGIN_17TH_ (__VA_ARGS__, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1)
#define TRAFO_PLUGIN_17TH_(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, count, ...) count
#define TRAFO_PLUGIN_EACH_1_(m, sep, a) m (a)
#define TRAFO_PLUGIN_EACH_2_(m, sep, a, ...) m (a) sep TRAFO_PLUGIN_EACH_1_ (m, sep, __VA_ARGS__)
#define TRAFO_PLUGIN_EACH_3_(m, sep, a, ...) m (a) sep TRAFO_PLUGIN_EACH_2_ (m, sep, __VA_ARGS__)
#define TRAFO_PLUGIN_EACH_4_(m, sep, a, ...) m (a) sep TRAFO_PLUGIN_EACH_3_ (m, sep, __VA_ARGS__)
#define TRAFO_PLUGIN_EACH_5_(m, sep, a, ...) m (a) sep TRAFO_PLUGIN_EACH_4_ (m, sep, __VA_ARGS__)
#define TRAFO_PLUGIN_EACH_6_(m, sep, a, ...) m (a) sep TRAFO_PLUGIN_EACH_5_ (m, sep, __VA_ARGS__)
#define TRAFO_PLUGIN_EACH_7_(m, sep, a, ...) m (a) sep TRAFO_PLUGIN_EACH_6_ (m, sep, __VA_ARGS__)
#define TRAFO_PLUGIN_EACH_8_(m, sep, a, ...) m (a) sep TRAFO_PLUGIN_EACH_7_ (m, sep, __VA_ARGS__)
#define TRAFO_PLUGIN_EACH_9_(m, sep, a, ...) m (a) sep TRAFO_PLUGIN_EACH_8_ (m, sep, __VA_ARGS__)
#define TRAFO_PLUGIN_EACH_10_(m, sep, a, ...) m (a) sep TRAFO_PLUGIN_EACH_9_ (m, sep, __VA_ARGS__)
#define TRAFO_PLUGIN_EACH_11_(m, sep, a, ...) m (a) sep TRAFO_PLUGIN_EACH_10_ (m, sep, __VA_ARGS__)
#define TRAFO_PLUGIN_EACH_12_(m, sep, a, ...) m (a) sep TRAFO_PLUGIN_EACH_11_ (m, sep, __VA_ARGS__)
#define TRAFO_PLUGIN_EACH_13_(m, sep, a, ...) m (a) sep TRAFO_PLUGIN_EACH_12_ (m, sep, __VA_ARGS__)
#define TRAFO_PLUGIN_EACH_14_(m, sep, a, ...) m (a) sep TRAFO_PLUGIN_EACH_13_ (m, sep, __VA_ARGS__)
#define TRAFO_PLUGIN_EACH_15_(m, sep, a, ...) m (a) sep TRAFO_PLUGIN_EACH_14_ (m, sep, __VA_ARGS__)
#define TRAFO_PLUGIN_EACH_16_(m, sep, a, ...) m (a) sep TRAFO_PLUGIN_EACH_15_ (m, sep, __VA_ARGS__)

#endif

G_END_DECLS
