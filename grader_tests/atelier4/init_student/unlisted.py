"""4.16 init_student: wrong answers that are not listed; none may get a false name."""

from __future__ import annotations

import torch

from attentif.exercises.unlisted import unlisted

from .oracle import init_student


def parts_of(student, teacher):
    """The student's encoder and the teacher's."""
    return getattr(student, "distilbert", student), getattr(teacher, "bert", teacher)


def copy_layer(layer, source):
    """All of a teacher's layer, into one of the student's."""
    mine, his = layer.attention, source.attention
    pairs = [
        (mine.q_lin, his.self.query),
        (mine.k_lin, his.self.key),
        (mine.v_lin, his.self.value),
        (mine.out_lin, his.output.dense),
        (layer.sa_layer_norm, his.output.LayerNorm),
        (layer.ffn.lin1, source.intermediate.dense),
        (layer.ffn.lin2, source.output.dense),
        (layer.output_layer_norm, source.output.LayerNorm),
    ]
    for to, of in pairs:
        to.load_state_dict(of.state_dict())


def student_of(teacher, n_layers, chosen):
    """A student whose layers are those that chosen(n_layers, L) names."""
    student = init_student(teacher, n_layers)
    mine, his = parts_of(student, teacher)
    for layer, k in zip(mine.transformer.layer, chosen(n_layers, len(his.encoder.layer)), strict=True):
        copy_layer(layer, his.encoder.layer[k])
    return student


@unlisted("init_student", "layers_reversed")
def student_backwards(teacher, n_layers):  # the right layers in the opposite order
    return student_of(teacher, n_layers, lambda n, L: [2 * (n - 1 - i) for i in range(n)])


@unlisted("init_student", "one_layer_for_all")
def student_first_layer_everywhere(teacher, n_layers):
    return student_of(teacher, n_layers, lambda n, L: [0] * n)


@unlisted("init_student", "spread_to_the_last_layer")
def student_evenly_spaced(teacher, n_layers):  # from the first layer to the last one
    return student_of(teacher, n_layers, lambda n, L: [round(i * (L - 1) / max(1, n - 1)) for i in range(n)])


@unlisted("init_student")
def student_of_means(teacher, n_layers):  # each layer the mean of two
    student = init_student(teacher, n_layers)
    other = student_of(teacher, n_layers, lambda n, L: [min(2 * i + 1, L - 1) for i in range(n)])
    mine, his = parts_of(student, other)[0], parts_of(other, other)[0]
    with torch.no_grad():
        for a, b in zip(mine.transformer.parameters(), his.transformer.parameters(), strict=True):
            a.copy_((a + b) / 2)
    return student


@unlisted("init_student", "both_segments")
def student_both_segments(teacher, n_layers):  # both segments are added to the positions
    student = init_student(teacher, n_layers)
    mine, his = parts_of(student, teacher)
    with torch.no_grad():
        mine.embeddings.position_embeddings.weight.add_(his.embeddings.token_type_embeddings.weight[1])
    return student


@unlisted("init_student")
def student_segment_in_words_and_positions(teacher, n_layers):  # it is added twice
    student = init_student(teacher, n_layers)
    mine, his = parts_of(student, teacher)
    with torch.no_grad():
        mine.embeddings.word_embeddings.weight.add_(his.embeddings.token_type_embeddings.weight[0])
    return student


@unlisted("init_student")
def student_weights_without_biases(teacher, n_layers):
    student = init_student(teacher, n_layers)
    with torch.no_grad():
        for name, p in parts_of(student, teacher)[0].transformer.named_parameters():
            if name.endswith("bias"):
                p.zero_()
    return student


@unlisted("init_student")
def student_matrices_transposed(teacher, n_layers):  # of attention, where it goes unseen
    student = init_student(teacher, n_layers)
    with torch.no_grad():
        for name, p in parts_of(student, teacher)[0].named_parameters():
            if "_lin.weight" in name:
                p.copy_(p.T.clone())
    return student


@unlisted("init_student")
def student_queries_are_keys(teacher, n_layers):
    student = init_student(teacher, n_layers)
    for layer in parts_of(student, teacher)[0].transformer.layer:
        layer.attention.k_lin.load_state_dict(layer.attention.q_lin.state_dict())
    return student


@unlisted("init_student")
def student_embeddings_frozen(teacher, n_layers):
    student = init_student(teacher, n_layers)
    parts_of(student, teacher)[0].embeddings.requires_grad_(False)
    return student


@unlisted("init_student", "odd_layers")
def student_layers_shifted(teacher, n_layers):  # every second one, from the second
    return student_of(teacher, n_layers, lambda n, L: [min(2 * i + 1, L - 1) for i in range(n)])


@unlisted("init_student", "last_layers")
def student_last_layers(teacher, n_layers):
    return student_of(teacher, n_layers, lambda n, L: list(range(L - n, L)))


@unlisted("init_student", "norms_swapped")
def student_norms_exchanged(teacher, n_layers):
    student = init_student(teacher, n_layers)
    for layer in parts_of(student, teacher)[0].transformer.layer:
        kept = {name: value.clone() for name, value in layer.sa_layer_norm.state_dict().items()}
        layer.sa_layer_norm.load_state_dict(layer.output_layer_norm.state_dict())
        layer.output_layer_norm.load_state_dict(kept)
    return student


@unlisted("init_student")
def student_classifier_drawn(teacher, n_layers):  # the head is left as it was drawn, both layers
    student = init_student(teacher, n_layers)
    for name in ("pre_classifier", "classifier"):
        if hasattr(student, name):
            getattr(student, name).reset_parameters()
    return student


@unlisted("init_student")
def student_mean_segment(teacher, n_layers):  # half of both segments
    student = init_student(teacher, n_layers)
    mine, his = parts_of(student, teacher)
    with torch.no_grad():
        segments = his.embeddings.token_type_embeddings.weight
        mine.embeddings.position_embeddings.weight.add_((segments[1] - segments[0]) / 2)
    return student
