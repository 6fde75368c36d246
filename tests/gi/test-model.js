// SPDX-License-Identifier: MIT
// Copyright 2026 The Trafo authors
// A model written in JavaScript: build() is called from C; prints TAP.
imports.gi.versions.Trafo = '1.0';
imports.searchPath.unshift(imports.gi.GLib.path_get_dirname(imports.system.programPath));
const {GLib, GObject, Trafo} = imports.gi;
const {check, errorOf, finish} = imports.tap;

const Classifier = GObject.registerClass({
    GTypeName: 'TestClassifier',
    Implements: [Trafo.Model],
}, class Classifier extends GObject.Object {
    vfunc_configure(config, _task) {
        this.nBuilds = 0;
        this.vocabSize = config.get_int('vocab_size', 100, 1, 1000);
        return config.check();
    }

    vfunc_map_name(name) {
        return name.replace('gamma', 'weight');
    }

    vfunc_build(builder) {
        let x = builder.embedding('embeddings', builder.input_ids(), this.vocabSize ?? 100, 8);

        this.nBuilds++;
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

// build() is called to load the model and to compile its program, and by no run.
const loaded = new Classifier();
const config = Trafo.Config.new_from_bytes(new GLib.Bytes('{"model_type": "test"}'), 'test');
const inputs = Trafo.TensorDict.new();

inputs.set('input_ids', Trafo.Tensor.new_from_int64s([1, 3], [1, 2, 99]));
check('JavaScript configures', loaded.initialize(config, 'base', null, null), true);
const first = loaded.forward(inputs, false, null).get('logits');
check('builds', loaded.nBuilds, 2);
const second = loaded.forward(inputs, false, null).get('logits');
check('builds after another run', loaded.nBuilds, 2);
check('the same numbers', second.max_difference(first), 0);
check('as without a program', first.max_difference(
    loaded.forward_eager(inputs, false).get('logits')) < 1e-6, true);

finish();
