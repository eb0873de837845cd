"""Names of projects whose owners chose none: two or three words, such as quiet-harbour."""

import secrets

_ADJECTIVES = """
amber ample apt azure bold brave bright brisk broad calm candid clear clever cosy crisp curious
dapper daring deep early eager easy fair fine firm fleet fond frank free fresh gentle glad
golden grand green happy hardy honest humble jolly keen kind lively lofty loyal lucky lunar
mellow merry mild misty modest neat nimble noble open patient placid plain polite proud quick
quiet rapid rare ready robust rosy round royal sharp silent silver simple sleek smart smooth
snug solar solid spruce steady still stout sturdy subtle sunny swift tender tidy tranquil true
trusty upbeat vast velvet verdant vivid warm wide wise witty
"""
_NOUNS = """
acorn alder anchor apple arch aspen badger bay beacon beech birch bloom bramble breeze bridge
brook canyon cedar cherry cliff clover cloud comet coral cove crane creek crest dawn delta dune
eagle elm ember falcon fern field finch fjord forest fox garden glade grove gull harbour hazel
heath heron hill holly island ivy juniper kestrel lagoon lake lantern lark laurel lily linden
lotus lynx maple marsh meadow mesa moon moss oak ocean olive orchard otter owl path peak pebble
pine plain pond poplar prairie quartz rain reed reef ridge river robin rose sage sail shore sky
slope sparrow spring star stone stream summit swan thistle tide trail valley willow wren
"""

ADJECTIVES, NOUNS = tuple(_ADJECTIVES.split()), tuple(_NOUNS.split())


def made_up_name(words: int) -> str:
    """A slug of two or three words; of two there are ten thousand, of three a million."""
    first = [secrets.choice(ADJECTIVES) for _ in range(words - 1)]
    return "-".join([*first, secrets.choice(NOUNS)])
