"""A class of four invented students for the demonstration: real code, and grades that are known in advance."""

from pathlib import Path

from attentif.authoring.sample_class import Pupil, mistaken, otherwise
from attentif.references.oracles import load_exercise

HERE = Path(__file__).parent
NOTEBOOKS = ("01_jetons", "02_positions_et_blocs", "03_perte_et_optimisation", "04_generation")
BEGUN = (  # the exercises of the two first notebooks: 56 points
    *("bpe", "sample_batch", "bigram_model", "embedding", "sinusoidal_encoding", "rope"),
    *("normalization", "feed_forward", "transformer_blocks", "mini_gpt"),
)

SAMPLES = [
    Pupil("mawuli", "tout juste", 100, solved=True),
    Pupil(
        "sena",
        "tout juste, écrit autrement",
        100,
        **otherwise(
            HERE,
            ("lm_loss", "by_logsumexp"),
            ("rope", "complex_numbers"),
            ("adamw", "of_the_library"),
            ("training_loop", "by_while"),
            ("generation", "top_p_by_rank"),
        ),
    ),
    Pupil(
        "dodji",
        "pas de décalage, moyenne de perplexités, poids décrus dans le gradient, cache à l’envers",
        79.39,
        **mistaken(
            HERE,
            ("lm_loss", "not_shifted"),
            ("perplexity", "mean_of_perplexities"),
            ("adamw", "decay_in_the_gradient"),
            ("kv_cache", "newest_first"),
        ),
    ),
    Pupil(
        "akossiwa",
        "s’arrête après les blocs",
        56,
        answers={name: load_exercise(HERE / name / "oracle.py").solution_source for name in BEGUN},
    ),
]
