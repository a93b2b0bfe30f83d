"""The values that flow along links. Shapes: B batch, H height, W width, C channels, T tokens, D width."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, Self, TypeVar

from engine.errors import ValueRefused

if TYPE_CHECKING:
    import torch

    from engine.declare.handle import Find
    from nodes.checkpoints.options import Option

F = TypeVar("F")
"""A model family, such as ``sd1``; unknown until a file has been read."""


@dataclass(frozen=True, slots=True)
class Image:
    """Pictures.

    Attributes:
        pixels: float32 [B, H, W, C], 0..1, sRGB; C is 1, 3 or 4 (straight alpha).
        bits: Bits of each channel in the file that the runner writes: 8 or 16.
    """

    pixels: torch.Tensor
    bits: int = 8

    suffix = ".png"

    def encode(self, text: dict[str, str]) -> list[bytes]:
        """One PNG file for each picture, with text chunks. See ``nodes.image.png``."""
        from nodes.image.png import encode

        return encode(self, text)


@dataclass(frozen=True, slots=True)
class Mask:
    """Where to edit.

    Attributes:
        pixels: float32 [B, H, W], 0..1, 1 = edit.
    """

    pixels: torch.Tensor


@dataclass(frozen=True, slots=True)
class Latent(Generic[F]):
    """Pictures in a model's latent space, already scaled and shifted.

    Attributes:
        samples: [B, C, H, W], or [B, C, F, H, W] with F frames, in units of the model's input.
        family: Family of the VAE that made it or will decode it; empty when unknown.
        factor: Pixels per latent cell along a side.
    """

    samples: torch.Tensor
    family: str = ""
    factor: int = 8

    def rgb(self) -> tuple[list[list[float]], list[float]] | None:
        """About which colours its channels stand for. See ``nodes.diffusion.rgb``."""
        from nodes.diffusion.rgb import rgb

        return rgb(self.family)

    def places(self) -> torch.Tensor | None:
        """Where its points lie, [N, 2]; None when it holds pictures. See ``nodes.points.plane``."""
        from nodes.points.plane import places

        return places(self)


@dataclass(frozen=True, slots=True)
class Audio:
    """Sounds.

    Attributes:
        samples: float32 [B, C, T], -1..1; C is 1 (mono), 2 (left, right) or more.
        rate: Samples a second.
    """

    samples: torch.Tensor
    rate: int

    suffix = ".wav"

    def encode(self, text: dict[str, str]) -> list[bytes]:
        """One WAV file for each sound; they carry no text. See ``nodes.audio.wav``."""
        from nodes.audio.wav import encode

        return encode(self)


@dataclass(frozen=True, slots=True)
class Mel:
    """Sounds as the loudness of bands of frequencies over time, on the mel scale.

    Attributes:
        bands: float32 [B, M, T], logarithm of the amplitude in each of M bands at each of T steps.
        rate: Samples a second of the sound.
        n_fft: Samples of a window.
        hop: Samples from one window to the next.
        fmin: Lowest frequency, in Hz.
        fmax: Highest frequency, in Hz.
        log_base: Base of the logarithm.
    """

    bands: torch.Tensor
    rate: int
    n_fft: int
    hop: int
    fmin: float
    fmax: float
    log_base: float = 10.0


@dataclass(frozen=True, slots=True)
class Embedding:
    """Vectors that a model makes of something, such as of who speaks.

    Attributes:
        vectors: float32 [B, D].
    """

    vectors: torch.Tensor


@dataclass(frozen=True, slots=True)
class Video:
    """Moving pictures.

    Attributes:
        frames: float32 [B, F, H, W, C], 0..1, sRGB; C is 1, 3 or 4 (straight alpha).
        fps: Frames a second.
    """

    frames: torch.Tensor
    fps: float

    suffix = ".webm"

    def encode(self, text: dict[str, str]) -> list[bytes]:
        """One WebM file for each video; they carry no text. See ``nodes.video.webm``."""
        from nodes.video.webm import encode

        return encode(self)


@dataclass(frozen=True, slots=True)
class Mesh:
    """A surface of triangles in space; y is up.

    Attributes:
        vertices: float32 [V, 3].
        faces: int64 [F, 3], places in ``vertices``, anticlockwise as seen from outside.
        colours: float32 [V, 3], 0..1, sRGB; None where it has none.
    """

    vertices: torch.Tensor
    faces: torch.Tensor
    colours: torch.Tensor | None = None

    suffix = ".glb"

    def encode(self, text: dict[str, str]) -> list[bytes]:
        """A binary glTF file; it carries no text. See ``nodes.mesh.glb``."""
        from nodes.mesh.glb import encode

        return encode(self)


@dataclass(frozen=True, slots=True)
class Sigmas:
    """Noise levels of a sampling run.

    Attributes:
        values: float32 [N+1], descending, the last is 0.
    """

    values: torch.Tensor


@dataclass(frozen=True, slots=True)
class SchedulerConfig:
    """The noise schedule that a model was trained with, as its folder describes it.

    Attributes:
        name: Class name in diffusers, such as ``PNDMScheduler``.
        config: Arguments of the class as canonical JSON.
    """

    name: str
    config: str


@dataclass(frozen=True, slots=True)
class Scheduler:
    """A diffusers scheduler before its first step.

    Attributes:
        name: Class name in diffusers, such as ``EulerDiscreteScheduler``.
        config: Arguments of the class as canonical JSON.
        steps: Number of inference steps that were set.
        start: Turn at which the run starts, after those that a strength below 1 or another model's run leaves
            out; None for a run from pure noise.
        stop: Turn before which it stops, leaving the rest to another model; None for a run to the end.
        begun: Whether another model's run began it, so that its latent is noisy already.
        eta: Share of fresh noise in a step, 0..1, for the schedulers that take one.
        sigmas: Noise levels that the family's timetable asks for; None = as the class spreads them.
        shift: How far the family's timetable moves the levels towards noise ("mu"); None = by the class.
    """

    name: str
    config: str
    steps: int
    start: int | None = None
    stop: int | None = None
    begun: bool = False
    eta: float = 0.0
    sigmas: tuple[float, ...] | None = None
    shift: float | None = None


@dataclass(frozen=True, slots=True)
class SchedulerState:
    """The attributes of a scheduler that change from step to step, as a value.

    Attributes:
        attributes: Name → scalars, tensors and lists of them.
        turn: Number of model evaluations done.
        memory: What a model with a first-block cache knows of the turn before, by name.
    """

    attributes: dict[str, Any] = field(default_factory=dict[str, Any])
    turn: int = 0
    memory: dict[str, torch.Tensor] = field(default_factory=dict[str, "torch.Tensor"])


@dataclass(frozen=True, slots=True)
class Prediction(Generic[F]):
    """What a denoiser said about a noisy latent: its noise, velocity or clean sample, as the scheduler knows.

    Attributes:
        samples: Shaped as the latent, for the positive conditioning.
        negative: Shaped as the latent, for the negative conditioning; None when it was not asked.
        family: Family of the denoiser; empty when unknown.
        variance: Shaped as the latent: the variance that models such as DeepFloyd IF predict beside it.
        memory: What the next turn's model has to know; see ``SchedulerState``.
        perturbed: Shaped as the latent, for the positive conditioning with perturbed attention; None when it
            was not asked.
    """

    samples: torch.Tensor
    negative: torch.Tensor | None = None
    family: str = ""
    variance: torch.Tensor | None = None
    memory: dict[str, torch.Tensor] = field(default_factory=dict[str, "torch.Tensor"])
    perturbed: torch.Tensor | None = None


@dataclass(frozen=True, slots=True)
class Control:
    """A picture that a control network makes a denoiser follow.

    Attributes:
        model: The control network.
        hint: [B, C, H, W], or [B, C, F, H, W] of a film's frames, as ``ControlNet.hint`` says.
        strength: Weight of what it adds.
        start: Part of the run (0..1) from which it adds.
        end: Part of the run at which it ends.
        kind: Which kind of picture the hint is, for networks that tell several apart.
        frames: Which frames of a film the hint has, for networks that are told of some alone.
    """

    model: ControlNet[Any]
    hint: torch.Tensor
    strength: float = 1.0
    start: float = 0.0
    end: float = 1.0
    kind: int | None = None
    frames: list[int] = field(default_factory=list[int])


@dataclass(frozen=True, slots=True)
class GuidanceState:
    """What guidance remembers from turn to turn, as a value.

    Attributes:
        average: [B, C, H, W], running sum of how the positive predictions differed from the negative ones;
            None before the first of them.
    """

    average: torch.Tensor | None = None


@dataclass(frozen=True, slots=True)
class Features:
    """What an adapter found in a picture, for each level of a denoiser.

    Attributes:
        levels: [B, C, H, W] each, from the largest level to the smallest.
        start: Part of the run (0..1) from which they are added.
        end: Part of the run at which that ends.
    """

    levels: list[torch.Tensor]
    start: float = 0.0
    end: float = 1.0


@dataclass(frozen=True, slots=True)
class Cond:
    """One text's, picture's or class's conditioning.

    Attributes:
        embeds: [B, T, D] hidden states of the text encoder; None for models that take no text.
        pooled: [B, D], for the families that use it.
        mask: float32 [B, H, W] where it applies; everywhere without one.
        strength: Weight where several apply.
        start: Part of the run (0..1) from which it applies.
        end: Part of the run at which it ends.
        extra: What else the family's denoiser takes, [B, ...] each, by the family's own names.
        controls: Control networks that apply.
        features: What adapters add to the denoiser's levels.
    """

    embeds: torch.Tensor | None = None
    pooled: torch.Tensor | None = None
    mask: torch.Tensor | None = None
    strength: float = 1.0
    start: float = 0.0
    end: float = 1.0
    extra: dict[str, torch.Tensor] = field(default_factory=dict[str, "torch.Tensor"])
    controls: list[Control] = field(default_factory=list[Control])
    features: list[Features] = field(default_factory=list[Features])

    def text(self) -> torch.Tensor:
        """The hidden states, [B, T, D].

        Raises:
            ValueRefused: It is no text's conditioning.
        """
        if self.embeds is None:
            raise ValueRefused("a text's conditioning (link text.encode)", "one of another kind")
        return self.embeds


@dataclass(frozen=True, slots=True)
class Conditioning(Generic[F]):
    """What guides a denoiser.

    Attributes:
        items: The texts, regions and ranges that apply.
        family: Family of the encoder that made it; empty when unknown.
    """

    items: list[Cond]
    family: str = ""


@dataclass(frozen=True, slots=True)
class Patch:
    """A change to a model's weights, in the order applied.

    Attributes:
        kind: ``lora``, ``embedding`` or ``ip-adapter``.
        digest: Content digest of the file it comes from.
        scale: Its strength.
        blocks: Its weights in the blocks of the model, as ``nodes.patches.blocks`` writes them; empty for 1.
        word: What stands for it in a prompt.
        expert: Which denoiser of a model with two it is for: ``low noise`` or ``both``; empty for the first.
    """

    kind: str
    digest: str
    scale: float = 1.0
    blocks: str = ""
    word: str = ""
    expert: str = ""


@dataclass(frozen=True, slots=True)
class Model(Generic[F]):
    """A handle: which model, never its weights.

    Attributes:
        source: Content digest of the file or folder it is read from.
        part: Which of a checkpoint's models, as ``nodes.families`` names them; empty for the whole.
        family: Such as ``sd1``; empty when unknown.
        dtype: ``float32``, ``float16`` or ``bfloat16``.
        config: Content digest of the folder with its configuration; empty when ``source`` says it all.
        patches: Changes to the weights.
        options: What makes it smaller or faster at the price of other numbers.
    """

    source: str
    part: str = ""
    family: str = ""
    dtype: str = "float32"
    config: str = ""
    patches: tuple[Patch, ...] = ()
    options: tuple[Option, ...] = ()

    builder: ClassVar[str] = "nodes.checkpoints.build"
    """Module whose ``build`` makes a module of it."""

    def load(self, find: Find) -> Any:
        """Build the module. See ``engine.declare.handle``."""
        from nodes.library_lock import library_lock

        with library_lock:
            model = import_module(self.builder).build(self, find)
        if self.patches:
            self.adapt(model, find)
        return model

    def bare(self) -> Self:
        """The same model without patches."""
        return replace(self, patches=())

    def adapt(self, model: Any, find: Find) -> None:
        """Give a loaded model these patches in place of its own. See ``nodes.patches.adapt``."""
        from nodes.library_lock import library_lock
        from nodes.patches.adapt import adapt

        with library_lock:
            adapt(self, model, find)


class Denoiser(Model[F]):
    """Predicts noise, velocity or the clean sample from a noisy one."""


@dataclass(frozen=True, slots=True)
class VAE(Model[F]):
    """Turns pictures into latents and back.

    Attributes:
        channels: Channels of its latents.
        factor: Pixels per latent cell along a side.
        frames: Frames of a film per latent cell over time; the first frame has its own; 0 = one by one.
        length: Cells of a sound, all of which the model draws whatever is asked for; 0 = no sounds.
    """

    channels: int = 4
    factor: int = 8
    frames: int = 0
    length: int = 0


@dataclass(frozen=True, slots=True)
class ControlNet(Model[F]):
    """Makes a denoiser follow a picture.

    Attributes:
        hint: What it takes: a ``picture`` in 0..1 or ``signed`` in -1..1, its ``latent``, or a latent that is
            scaled but ``unshifted``.
        kinds: How many kinds of pictures it tells apart; 0 = it was trained on one.
        sparse: Whether it makes films, of which it is told some frames.
    """

    hint: Literal["picture", "signed", "latent", "unshifted"] = "picture"
    kinds: int = 0
    sparse: bool = False

    builder = "nodes.checkpoints.controlnet"


class T2IAdapter(Model[F]):
    """Finds in a picture what a denoiser's levels get added."""

    builder = "nodes.checkpoints.t2i_adapter"


@dataclass(frozen=True, slots=True)
class TextEncoder(Model[F]):
    """A tokenizer with its text encoder(s).

    Attributes:
        files: Content digests of the files of its encoders, where these lie in files of their own; ``config``
            is then a folder of tokenizers.
    """

    files: tuple[str, ...] = ()


class Upscaler(Model[F]):
    """Enlarges pictures."""

    builder = "nodes.checkpoints.upscaler"
