"""What strangers write: the pieces that texts are made of, and what nobody may see of them."""

import unicodedata

from hypothesis import strategies as st

from crawler import text

LIMITS = (40, text.TITLE, text.BODY)
PIECES = [
    *"<>&;/!?='\"\n\r\t \x00\x1b\u200b\u200d\u202e\u0301\ufeff\u2028é😀x#[:",
    *["<b>", "</b>", "<br>", "<p>", "<model>", "<script>", "</script>", "<!--", "-->", "<![CDATA["],
    *["&amp;", "&lt;", "&gt;", "&#60;", "&#x3c;", "&nbsp;", "&amp;lt;", "&quot;", "&#0;", "&notin"],
    *["::", "##[", "::set-output name=a::b", "a < b", "<svg onload=x>", "</p", "<x y='", "\ud800"],
]
foreign = st.one_of(
    st.text(max_size=200), st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
)
limits = st.sampled_from(LIMITS)
whole = st.sampled_from((text.TITLE, text.BODY))
"""Limits that cut nothing of what `foreign` makes."""


def hidden(said: str) -> list[str]:
    """The characters that print nothing and are neither a line break nor a joiner of letters."""
    allowed = {"\n", "\u200c", "\u200d"}
    kinds = ("Cc", "Cf", "Cs", "Zl", "Zp", "Cn")
    signs = {"\u0600", "\u0601", "\u0602", "\u0603", "\u0604", "\u0605", "\u06dd", "\u070f"}
    visible = allowed | signs | set("\u0890\u0891\u08e2\U000110bd\U000110cd")
    # Unassigned characters may be assigned and visible in a newer Unicode than this Python's;
    # only those that are never characters must go. Format controls of Egyptian and shorthand
    # scripts shape their neighbours.
    return [
        char
        for char in said
        if unicodedata.category(char) in kinds
        and char not in visible
        and not 0x13430 <= ord(char) <= 0x1345F
        and not 0x1BCA0 <= ord(char) <= 0x1BCA3
        and (unicodedata.category(char) != "Cn" or ord(char) & 0xFFFE == 0xFFFE)
    ]
