import torch
from torch.nn.functional import l1_loss

from nodes.gan.pix2pix import TRANSLATOR, pix2pix_generator_start
from nodes.train.recipe import recipe
from nodes.train.state import advance, bound


def test_convolutions_move_as_torch_s_adam_moves_them_however_their_gradients_lie() -> None:
    state = pix2pix_generator_start(1, 3, width=24, levels=5)
    generator = torch.Generator().manual_seed(0)
    taken, wanted = (torch.randn(16, size, 32, 32, generator=generator) for size in (1, 3))
    taken, wanted = (pictures.to(memory_format=torch.channels_last) for pictures in (taken, wanted))
    weights = {name: weight.clone() for name, weight in state.params.items()}
    module = bound(state.config, weights, training=True)
    oracles = [weight.requires_grad_(True) for weight in module.parameters()]
    rule = torch.optim.Adam(oracles, 2e-4, (0.5, 0.999))
    loss = l1_loss(module.get_submodule(TRANSLATOR)(taken), wanted)
    strides = [grad.is_contiguous() for grad in torch.autograd.grad(loss, oracles, retain_graph=True)]
    loss.backward()
    rule.step()

    how = recipe(optimiser="adam", rate=2e-4, beta1=0.5, beta2=0.999, warmup=1)
    found, _ = advance(
        state, lambda _: (taken, wanted), lambda net, *pair: l1_loss(net[TRANSLATOR](pair[0]), pair[1]), how
    )
    assert not all(strides)
    for name, weight in weights.items():
        torch.testing.assert_close(found.params[name], weight, msg=name)
