"""4.16 init_student: a student of half the teacher's depth, made of the teacher's own weights.

Teachers are tiny, random models of transformers' BERT, students of its DistilBERT. The notebook gives what makes them,
``tiny_teacher`` and ``untrained_student``, and ``student_parts``, which asks a student what it computes, by layers:
where it keeps its weights is its own affair. Modules compute in float32.
"""

from __future__ import annotations

import torch

from attentif.exercises import Call, Case, Exercise, Function, Output, Ref, Text


def init_student(teacher, n_layers):
    """A student of DistilBERT's architecture, with n_layers of the teacher's layers: the first and every second one.

    teacher: BertModel, or BertForSequenceClassification; 1 <= n_layers, 2 (n_layers - 1) < its number of layers.
    Embeddings are copied, those of segment 0 added to the positions; so is the classifier. Nothing is shared.
    """
    bert = getattr(teacher, "bert", teacher)
    if n_layers < 1 or 2 * (n_layers - 1) >= len(bert.encoder.layer):
        raise ValueError("the teacher does not have that many layers to give")
    student = untrained_student(teacher, n_layers)
    distilbert = getattr(student, "distilbert", student)

    new, old = distilbert.embeddings, bert.embeddings
    new.load_state_dict(old.state_dict(), strict=False)  # copies words, positions and normalization
    with torch.no_grad():
        new.position_embeddings.weight.add_(old.token_type_embeddings.weight[0])

    for i, layer in enumerate(distilbert.transformer.layer):
        source = bert.encoder.layer[2 * i]
        layer.attention.q_lin.load_state_dict(source.attention.self.query.state_dict())
        layer.attention.k_lin.load_state_dict(source.attention.self.key.state_dict())
        layer.attention.v_lin.load_state_dict(source.attention.self.value.state_dict())
        layer.attention.out_lin.load_state_dict(source.attention.output.dense.state_dict())
        layer.sa_layer_norm.load_state_dict(source.attention.output.LayerNorm.state_dict())
        layer.ffn.lin1.load_state_dict(source.intermediate.dense.state_dict())
        layer.ffn.lin2.load_state_dict(source.output.dense.state_dict())
        layer.output_layer_norm.load_state_dict(source.output.LayerNorm.state_dict())

    if hasattr(teacher, "classifier"):
        student.pre_classifier.load_state_dict(bert.pooler.dense.state_dict())
        student.classifier.load_state_dict(teacher.classifier.state_dict())
    return student


def untrained_student(teacher, n_layers):
    """A student of DistilBERT's architecture with random weights: as wide as the teacher, n_layers deep.

    A DistilBertModel for a BertModel, a DistilBertForSequenceClassification for a BertForSequenceClassification.
    """
    from transformers import DistilBertConfig, DistilBertForSequenceClassification, DistilBertModel

    of_teacher = teacher.config
    config = DistilBertConfig(
        vocab_size=of_teacher.vocab_size,
        max_position_embeddings=of_teacher.max_position_embeddings,
        n_layers=n_layers,
        n_heads=of_teacher.num_attention_heads,
        dim=of_teacher.hidden_size,
        hidden_dim=of_teacher.intermediate_size,
        num_labels=of_teacher.num_labels,
    )
    return (DistilBertForSequenceClassification if hasattr(teacher, "classifier") else DistilBertModel)(config)


def tiny_teacher(seed, n_layers, n_labels):
    """A teacher with random weights: a BertModel, or a BertForSequenceClassification where n_labels is not 0.

    13 words, 7 positions, dimension 6 in 3 heads, 10 in the position-wise networks.
    """
    from transformers import BertConfig, BertForSequenceClassification, BertModel

    config = BertConfig(
        vocab_size=13,
        max_position_embeddings=7,
        hidden_size=6,
        num_attention_heads=3,
        intermediate_size=10,
        num_hidden_layers=n_layers,
        num_labels=max(n_labels, 2),
    )
    teacher = BertForSequenceClassification(config) if n_labels else BertModel(config)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, p in teacher.named_parameters():
            p.copy_(0.6 * torch.randn(p.shape, generator=generator) + ("LayerNorm.weight" in name))
    return teacher.eval()


def student_parts(init_student, seed, teacher_layers, n_layers, n_labels):
    """What a student made of a tiny teacher computes, on two sentences of 7 and 6 tokens that hold all 13 words.

    -> the embeddings (2, 7, 6); the states after each layer (n_layers, 2, 7, 6), zeros at the padding; the logits
    (2, n_labels), or the state of the first token where there are none; how many numbers learn in the student (1,); how
    much the teacher has changed, once all of the student's numbers have been moved by 1 (1,).
    """
    teacher = tiny_teacher(seed, teacher_layers, n_labels)
    before = [p.detach().clone() for p in teacher.parameters()]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)  # what an untrained student is made of
        student = init_student(teacher, n_layers).eval()
    ids, mask = torch.tensor([[1, 2, 3, 4, 5, 6, 7], [8, 9, 10, 11, 12, 1, 0]]), torch.ones(2, 7, dtype=torch.int64)
    mask[1, 6] = 0
    with torch.no_grad():
        found = student(input_ids=ids, attention_mask=mask, output_hidden_states=True)
        states = [state * mask.unsqueeze(-1) for state in found.hidden_states]
        output = found.logits if n_labels else states[-1][:, 0]
        learning = sum(p.numel() for p in student.parameters() if p.requires_grad)
        for p in student.parameters():
            p.add_(1.0)
        moved = max(float((p - kept).abs().max()) for p, kept in zip(teacher.parameters(), before, strict=True))
    return states[0], torch.stack(states[1:]), output, torch.tensor([learning]), torch.tensor([moved])


def independent_init_student(teacher, n_layers):
    """By names: the teacher's dictionary of weights, renamed, and loaded whole."""
    bert = getattr(teacher, "bert", teacher)
    depth = bert.config.num_hidden_layers
    kept = list(range(0, depth, 2))[: max(n_layers, 0)]
    if n_layers < 1 or len(kept) < n_layers:
        raise ValueError(n_layers)
    parts = {
        "attention.self.query": "attention.q_lin",
        "attention.self.key": "attention.k_lin",
        "attention.self.value": "attention.v_lin",
        "attention.output.dense": "attention.out_lin",
        "attention.output.LayerNorm": "sa_layer_norm",
        "intermediate.dense": "ffn.lin1",
        "output.dense": "ffn.lin2",
        "output.LayerNorm": "output_layer_norm",
    }
    weights, state = bert.state_dict(), {}
    for k, i in enumerate(kept):
        for old, new in parts.items():
            for kind in ("weight", "bias"):
                state[f"transformer.layer.{k}.{new}.{kind}"] = weights[f"encoder.layer.{i}.{old}.{kind}"]
    for name in ("word_embeddings.weight", "LayerNorm.weight", "LayerNorm.bias"):
        state[f"embeddings.{name}"] = weights[f"embeddings.{name}"]
    segment = weights["embeddings.token_type_embeddings.weight"][:1]
    state["embeddings.position_embeddings.weight"] = weights["embeddings.position_embeddings.weight"] + segment
    student = untrained_student(teacher, n_layers)
    if hasattr(teacher, "classifier"):
        state = {f"distilbert.{name}": value for name, value in state.items()}
        state |= {f"pre_classifier.{kind}": weights[f"pooler.dense.{kind}"] for kind in ("weight", "bias")}
        state |= {f"classifier.{name}": value for name, value in teacher.classifier.state_dict().items()}
    student.load_state_dict(state)  # every name must be there
    return student


def independent_student_parts(init_student, seed, teacher_layers, n_layers, n_labels):
    """The teacher's own modules, every second layer called in turn; no student computes anything here."""
    teacher = tiny_teacher(seed, teacher_layers, n_labels)
    bert, student = getattr(teacher, "bert", teacher), init_student(teacher, n_layers)
    ids, real = torch.tensor([[1, 2, 3, 4, 5, 6, 7], [8, 9, 10, 11, 12, 1, 0]]), torch.ones(2, 7, 1)
    real[1, 6] = 0.0
    bias = torch.where(real[:, None, None, :, 0] > 0, 0.0, torch.finfo(torch.float32).min)  # (B, 1, 1, T)
    states = [bert.embeddings(input_ids=ids, token_type_ids=torch.zeros_like(ids))]
    for layer in bert.encoder.layer[0 : 2 * n_layers : 2]:
        after = layer(states[-1], bias)
        states.append(after[0] if isinstance(after, tuple) else after)
    output = first = states[-1][:, 0]
    if n_labels:
        output = teacher.classifier(torch.relu(bert.pooler.dense(first)))
    learning = sum(p.numel() for p in student.parameters())
    kept = [(state * real).detach() for state in states]
    return kept[0], torch.stack(kept[1:]), output.detach(), torch.tensor([learning]), torch.zeros(1)


def case(name, seed, teacher_layers, n_layers, n_labels):
    inputs = {"init_student": Ref("init_student"), "seed": seed, "teacher_layers": teacher_layers}
    call = Call("student_parts", {**inputs, "n_layers": n_layers, "n_labels": n_labels})
    return Case(name, call, {"n_layers": n_layers, "B": 2, "T": 7, "d": 6})


def public():
    return [case("half", 1, 6, 3, 0), case("with_classifier", 2, 5, 2, 3)]


def draw(rng):
    depth, labels = int(rng.integers(6, 8)), int(rng.integers(3, 6))  # one teacher a draw: models take their time
    return [case("with_classifier", int(rng.integers(2**31)), depth, 3, labels)]


EXERCISE = Exercise(
    name="init_student",
    atelier="atelier4",
    number="4.16",
    title=Text("Un élève fait des poids du professeur", "A student made of the teacher's weights"),
    points=4,
    functions=(
        Function(
            "student_parts",
            "(init_student, seed, teacher_layers, n_layers, n_labels)",
            (
                Output("embeddings", "B T d"),
                Output("states", "n_layers B T d"),
                Output("output", "B C"),
                Output("numbers_that_learn", "one", compare="exact"),
                Output("change_of_the_teacher", "one"),
            ),
            rtol=1e-4,
            atol=1e-5,
        ),
        Function("init_student", "(teacher, n_layers)", ()),
    ),
    reference={"init_student": init_student},
    independent={"init_student": independent_init_student, "student_parts": independent_student_parts},
    public=public,
    draw=draw,
    provided=(untrained_student, tiny_teacher, student_parts),
)
