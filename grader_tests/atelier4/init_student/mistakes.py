"""4.16 init_student: the wrong answers worth a name, and other right ones."""

from __future__ import annotations

import torch
from torch import nn

from attentif.exercises.alternatives import equivalent, mistake
from attentif.exercises.edits import edit

from .oracle import student_parts, untrained_student

SHOWN = (student_parts,)
LAYER = "source = bert.encoder.layer[2 * i]"
ENOUGH = "2 * (n_layers - 1) >= len(bert.encoder.layer)"
COPY = "new.load_state_dict(old.state_dict(), strict=False)  # copies words, positions and normalization"
SEGMENT = "new.position_embeddings.weight.add_(old.token_type_embeddings.weight[0])"


def state_of(part, kind):
    return f"{part}.load_state_dict({kind}.state_dict())"


QUERY = state_of("layer.attention.q_lin", "source.attention.self.query")
KEY = state_of("layer.attention.k_lin", "source.attention.self.key")
OUT = state_of("layer.attention.out_lin", "source.attention.output.dense")
NORM1 = state_of("layer.sa_layer_norm", "source.attention.output.LayerNorm")
NORM2 = state_of("layer.output_layer_norm", "source.output.LayerNorm")
POOLER = state_of("student.pre_classifier", "bert.pooler.dense")
CLASSIFIER = state_of("student.classifier", "teacher.classifier")


def student_of_bert(teacher, n_layers):
    import copy

    bert = getattr(teacher, "bert", teacher)
    if n_layers < 1 or 2 * (n_layers - 1) >= len(bert.encoder.layer):
        raise ValueError("layers")
    student = copy.deepcopy(teacher)
    inner = getattr(student, "bert", student)
    inner.encoder.layer = nn.ModuleList(list(inner.encoder.layer)[::2][:n_layers])
    return student


def by_parameters(teacher, n_layers):
    bert = teacher.bert if hasattr(teacher, "bert") else teacher
    indices = [2 * k for k in range(n_layers)]
    if not indices or indices[-1] >= bert.config.num_hidden_layers:
        raise ValueError("not enough layers")
    student = untrained_student(teacher, n_layers)
    target = student.distilbert if hasattr(student, "distilbert") else student
    with torch.no_grad():
        target.embeddings.word_embeddings.weight.copy_(bert.embeddings.word_embeddings.weight)
        positions = bert.embeddings.position_embeddings.weight + bert.embeddings.token_type_embeddings.weight[:1]
        target.embeddings.position_embeddings.weight.copy_(positions)
        pairs = [(target.embeddings.LayerNorm, bert.embeddings.LayerNorm)]
        for layer, index in zip(target.transformer.layer, indices, strict=True):
            source = bert.encoder.layer[index]
            own, theirs = layer.attention, source.attention
            pairs += [(own.q_lin, theirs.self.query), (own.k_lin, theirs.self.key), (own.v_lin, theirs.self.value)]
            pairs += [(own.out_lin, theirs.output.dense), (layer.sa_layer_norm, theirs.output.LayerNorm)]
            pairs += [(layer.ffn.lin1, source.intermediate.dense), (layer.ffn.lin2, source.output.dense)]
            pairs += [(layer.output_layer_norm, source.output.LayerNorm)]
        if hasattr(teacher, "classifier"):
            pairs += [(student.pre_classifier, bert.pooler.dense), (student.classifier, teacher.classifier)]
        for one, other in pairs:
            one.weight.copy_(other.weight)
            one.bias.copy_(other.bias)
    return student


def segment_in_the_words(teacher, n_layers):
    import copy

    teacher = copy.deepcopy(teacher)
    bert = getattr(teacher, "bert", teacher)
    segment = bert.embeddings.token_type_embeddings.weight
    with torch.no_grad():
        bert.embeddings.word_embeddings.weight.add_(segment[0])
        segment.zero_()
    return by_parameters(teacher, n_layers)


def by_deep_copies(teacher, n_layers):
    import copy

    bert = getattr(teacher, "bert", teacher)
    if n_layers <= 0 or n_layers > (len(bert.encoder.layer) + 1) // 2:
        raise ValueError("n_layers")
    student = untrained_student(teacher, n_layers)
    inner, e = getattr(student, "distilbert", student), copy.deepcopy(bert.embeddings)
    inner.embeddings.word_embeddings = e.word_embeddings
    inner.embeddings.LayerNorm = e.LayerNorm
    inner.embeddings.position_embeddings.weight.data = (
        e.position_embeddings.weight.data + e.token_type_embeddings(torch.tensor(0)).detach()
    )
    for k in range(n_layers):
        source, layer = copy.deepcopy(bert.encoder.layer[2 * k]), inner.transformer.layer[k]
        layer.attention.q_lin, layer.attention.k_lin = source.attention.self.query, source.attention.self.key
        layer.attention.v_lin, layer.attention.out_lin = source.attention.self.value, source.attention.output.dense
        layer.sa_layer_norm, layer.output_layer_norm = source.attention.output.LayerNorm, source.output.LayerNorm
        layer.ffn.lin1, layer.ffn.lin2 = source.intermediate.dense, source.output.dense
    if hasattr(teacher, "classifier"):
        student.pre_classifier = copy.deepcopy(bert.pooler.dense)
        student.classifier = copy.deepcopy(teacher.classifier)
    return student


def named(name, *edits, convention=False):
    return mistake(name, *edits, shown_by=SHOWN, convention=convention)


MISTAKES = (
    named("first_layers", edit(LAYER, "source = bert.encoder.layer[i]")),
    named("odd_layers", edit(LAYER, "source = bert.encoder.layer[2 * i + 1]")),
    named("last_layers", edit(LAYER, "source = bert.encoder.layer[i - n_layers]")),
    named("layers_reversed", edit(LAYER, "source = bert.encoder.layer[2 * (n_layers - 1 - i)]")),
    named(
        "spread_to_the_last_layer",
        edit(LAYER, "source = bert.encoder.layer[round(i * (len(bert.encoder.layer) - 1) / max(n_layers - 1, 1))]"),
        convention=True,
    ),
    named("one_layer_for_all", edit(LAYER, "source = bert.encoder.layer[0]")),
    named("layers_not_copied", edit("enumerate(distilbert.transformer.layer)", "enumerate([])")),
    named("embeddings_not_copied", edit(COPY, "pass"), edit(SEGMENT, "pass")),
    named("segment_forgotten", edit(SEGMENT, "pass")),
    named("second_segment", edit(SEGMENT, SEGMENT.replace("[0]", "[1]"))),
    named("both_segments", edit(SEGMENT, SEGMENT.replace("[0]", ".sum(0)"))),
    named("first_norm_not_copied", edit(COPY, COPY + "\n    new.LayerNorm.reset_parameters()")),
    named("norms_not_copied", edit(NORM1, "pass"), edit(NORM2, "pass")),
    named(
        "norms_swapped",
        edit(NORM1, NORM1.replace("source.attention.output", "source.output")),
        edit(NORM2, NORM2.replace("source.output", "source.attention.output")),
    ),
    named(
        "query_and_key_swapped",
        edit(QUERY, QUERY.replace("query", "key")),
        edit(KEY, KEY.replace("self.key", "self.query")),
    ),
    named("output_matrix_not_copied", edit(OUT, "pass")),
    named(
        "biases_not_copied",
        edit(
            "    if hasattr(teacher",
            "    for module in distilbert.transformer.modules():\n"
            "        if type(module).__name__ == 'Linear':\n"
            "            module.bias.data.zero_()\n"
            "    if hasattr(teacher",
        ),
    ),
    named("classifier_not_copied", edit(CLASSIFIER, "pass")),
    named("pooler_not_copied", edit(POOLER, "pass")),
    named(
        "labels_reversed",
        edit(
            CLASSIFIER,
            CLASSIFIER + "\n        for p in student.classifier.parameters():\n            p.data = p.data.flip(0)",
        ),
    ),
    named(
        "shared",
        edit(
            LAYER,
            LAYER + "\n        layer.attention.q_lin, layer.ffn.lin1 = "
            "source.attention.self.query, source.intermediate.dense",
        ),
    ),
    named(
        "teacher_changed",
        edit(COPY, "old.position_embeddings.weight.data += old.token_type_embeddings.weight.data[0]\n    " + COPY),
        edit(SEGMENT, "pass"),
    ),
    named("frozen_student", edit("    return student", "    return student.requires_grad_(False)")),
    mistake("pooler_and_segments_kept", defines={"init_student": student_of_bert}, shown_by=SHOWN),
)

EQUIVALENTS = (
    equivalent("by_parameters", defines={"init_student": by_parameters}, shown_by=SHOWN),
    equivalent(
        "segment_in_the_words", defines={"init_student": segment_in_the_words}, uses=(by_parameters,), shown_by=SHOWN
    ),
    equivalent("by_deep_copies", defines={"init_student": by_deep_copies}, shown_by=SHOWN),
    equivalent(
        "every_second_slice",
        edit(LAYER, "source = bert.encoder.layer[::2][i]"),
        edit(ENOUGH, "n_layers > len(bert.encoder.layer[::2])"),
        shown_by=SHOWN,
    ),
)
