"""Which country an address is in, as far as the address itself shows it. Chooses emergency numbers and nothing else."""

US, CANADA, ELSEWHERE = "US", "CA", "elsewhere"


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


# +1 is shared: the area codes of Canada, and those of the Caribbean and the Pacific that are not the US.
_CANADA = _codes(
    """
    204 226 236 249 250 257 263 289 306 343 354 365 367 368 382 403 416 418 428 431 437 438 450 460 468
    474 506 514 519 548 579 581 584 587 604 613 639 647 672 683 705 709 742 753 778 780 782 807 819 825
    867 873 879 902 905 942
    """
)
_ISLANDS = _codes(
    """
    242 246 264 268 284 345 441 473 649 658 664 721 758 767 784 809 829 849 868 869 876
    """
)


def country_of(channel: str, address: str, home: str) -> str | None:
    """The ISO code of the US or Canada, "elsewhere", or None where the channel shows no country (Telegram).

    An address without a country code (a simulated phone) counts as the clinic's own country, `home`.
    """
    if "telegram" in channel:
        return None
    if not address.startswith("+"):
        return home
    if not address.startswith("+1"):
        return ELSEWHERE
    area = address[2:5]
    if area in _ISLANDS:
        return ELSEWHERE
    return CANADA if area in _CANADA else US
