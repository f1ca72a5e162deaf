"""How the course's figures look: one palette, French numbers, and for each figure a text for who cannot see it."""

from attentif.figures.numbers import fr, french
from attentif.figures.shown import show
from attentif.figures.style import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, SKY, use_style

__all__ = ["BLUE", "GREEN", "GREY", "ORANGE", "PURPLE", "RED", "SKY", "fr", "french", "show", "use_style"]
