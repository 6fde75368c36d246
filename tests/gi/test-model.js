// SPDX-License-Identifier: MIT
// Copyright 2026 The Trafo authors
// A model written in JavaScript: build() is called from C; prints TAP.
imports.gi.versions.Trafo = '1.0';
imports.searchPath.unshift(imports.gi.GLib.path_get_dirname(imports.system.programPath));
const {GObject, Trafo} = imports.gi;
const {check, errorOf, finish} = imports.tap;

const Classifier = GObject.registerClass({
    GTypeName: 'TestClassifier',
    Implements: [Trafo.Model],
}, class Classifier extends GObject.Object {
    vfunc_map_name(name) {
        return name.replace('gamma', 'weight');
    }

    vfunc_build(builder) {
        let x = builder.embedding('embeddings', builder.input_ids(), 100, 8);

        builder.push_scope('layer', 0);
        x = builder.add(x, builder.linear('output', builder.layer_norm('norm', x, 1e-5), 8));
        builder.pop_scope();
        this.logits = builder.linear('classifier', builder.select(x, 1, 0), 3);
        builder.output('logits', this.logits);
        return true;
    }
});

const Silent = GObject.registerClass({
    GTypeName: 'TestSilent',
    Implements: [Trafo.Model],
}, class Silent extends GObject.Object {
    vfunc_build() {
        return false;
    }
});

const model = new Classifier();
const builder = new Trafo.Builder();

check('C calls the JavaScript build', model.build(builder), true);
check('the builder accepted every op', builder.has_failed(), false);
check('batch', builder.get_dim(model.logits, 0), Trafo.DIM_BATCH);
check('labels', builder.get_dim(model.logits, -1), 3);
check('names', model.map_name('ln.gamma'), 'ln.weight');

const error = errorOf(() => new Silent().build(new Trafo.Builder()));
check('a failure without a reason gets one', error?.message,
    'TestSilent: build() failed without a reason');

finish();
