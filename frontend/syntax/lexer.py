"""Text into tokens, with every lexical mistake found on the way.

The lexer also answers what one token of lookahead cannot: whether `{` opens a record literal
(`.` follows), and whether a word such as `count` or `bound` is a keyword or a name at this place.
It limits nesting, so that no later pass needs a deep stack.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from frontend.source.diagnostics import Diagnostic, Note
from frontend.source.spans import Source, Span

DEEPEST = 200
"""How deeply brackets, and later the tree, may nest."""

LONGEST_CHAIN = 2000
"""How many operators one expression may have outside inner brackets."""

MOST_PROBLEMS = 20
"""After how many lexical mistakes the reading ends."""

LONGEST_NUMBER = 40
"""How many characters a number may have."""


@dataclass(frozen=True, slots=True)
class Token:
    """A terminal of the grammar: `type` is its name there, `text` what was written."""

    type: str
    text: str
    start: int
    end: int

    @property
    def span(self) -> Span:
        """Where it stands."""
        return Span(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Lexed:
    """What the lexer found.

    Args:
        tokens: all of them; the last is `$END`.
        problems: lexical mistakes, in source order.
        open_brackets: brackets that nothing closes, outermost first.
        complete: False where an unterminated comment or too deep nesting hid the rest.
        source: the text.
    """

    tokens: list[Token]
    problems: list[Diagnostic]
    open_brackets: list[Token]
    complete: bool
    source: Source

    def breaks_line(self, before: Token, behind: Token) -> bool:
        """Whether a line ends between two tokens."""
        return "\n" in self.source.text[before.end : behind.start]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


DECLARATION_WORDS = _words(
    "spec patch config variant enum typedef record struct single define assume thread proc bound"
    " invariant reachable lemma expect"
)
"""Keywords that a word always follows; anywhere else they are names."""

RESERVED_WORDS = _words(
    "if else while for break continue goto return const bool int true false when"
)
"""Keywords that are never names."""

CONTEXTUAL_WORDS = _words(
    "not modelled models violates ghost nat set of spinlock loop choose or update where each"
    " atomic await assert forall exists count any in at self none empty all"
)
"""Keywords that are names wherever the grammar wants a name and not them."""

WORDS = DECLARATION_WORDS | RESERVED_WORDS | CONTEXTUAL_WORDS

_NESTING_WORDS = frozenset({"if", "else", "while", "loop", "for", "when", "forall", "exists"})

_FOLLOWED_BY = {"count": "(", "any": "(", "set": "of", "not": "modelled"}

_PUNCTUATION = {
    "{": "LBRACE",
    "}": "RBRACE",
    "(": "LPAREN",
    ")": "RPAREN",
    "[": "LBRACKET",
    "]": "RBRACKET",
    ";": "SEMICOLON",
    ",": "COMMA",
    ":": "COLON",
    "?": "QUESTION",
    ".": "DOT",
    "..": "DOTS",
    "=": "ASSIGN",
    "+=": "STEP_ASSIGN",
    "-=": "STEP_ASSIGN",
    "++": "INCREMENT",
    "--": "INCREMENT",
    "!": "BANG",
    "-": "MINUS",
    "+": "PLUS",
    "->": "ARROW",
}

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n\f\v\ufeff]+)
    | (?P<comment>/\*.*?\*/ | //[^\n]*)
    | (?P<open_comment>/\*)
    | (?P<word>[A-Za-z_][A-Za-z_0-9]*)
    | (?P<number>[0-9][A-Za-z_0-9]*)
    | (?P<string>"[^"\n]*"?)
    | (?P<sign>\.\.|\+\+|--|\+=|-=|->|=>|==|!=|<=|>=|<<|>>|&&|\|\||[{}()\[\];,:?.=!+*/%&|^<>-])
    | (?P<stray>[^\s\w"{}()\[\];,:?.=!+*/%&|^<>-]+|.)""",
    re.VERBOSE | re.DOTALL,
)

_HIDDEN = re.compile(
    r"\r(?!\n)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e"
    r"\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
"""Control characters, ends of lines that only some programs know, marks that turn the order of text
or take no room: what is read is then not what is seen (Boucher and Anderson, Trojan Source, 2021).
"""

_LINE_ENDS = {
    "\r": "a carriage return alone",
    "\v": "a vertical tab",
    "\f": "a form feed",
    "\x85": "a next line",
    "\u2028": "a line separator",
    "\u2029": "a paragraph separator",
}

_CLOSES = {"}": "{", ")": "(", "]": "["}
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]+|0|[1-9][0-9]*")


def lex(source: Source) -> Lexed:
    """The tokens of a source; never raises."""
    return _Lexer(source).run()


class _Lexer:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.tokens: list[Token] = []
        self.problems: list[Diagnostic] = []
        self.brackets: list[Token] = []
        self.chains = [0]
        self.complete = True

    def run(self) -> Lexed:
        text = self.source.text
        for hidden in islice(_HIDDEN.finditer(text), MOST_PROBLEMS):
            self._hidden(hidden[0], hidden.start())
        for match in _TOKEN.finditer(text):
            kind = match.lastgroup
            written = match.group()
            if kind in ("space", "comment"):
                continue
            span = Span(match.start(), match.end())
            match kind:
                case "word":
                    self._add(written.upper() if written in WORDS else "NAME", written, span)
                    if written in _NESTING_WORDS:
                        self._chain(self.tokens[-1])
                case "number":
                    self._number(written, span)
                case "string":
                    self._string(written, span)
                case "sign":
                    self._add(_PUNCTUATION.get(written, "OPERATOR"), written, span)
                    self._nest(self.tokens[-1])
                case "open_comment":
                    self._report("E003", "this comment is never closed", span, "close it with `*/`")
                    self.complete = False
                case _:
                    self._stray(written, span)
            if len(self.problems) >= MOST_PROBLEMS:
                self.complete = False
            if not self.complete:
                break
        self.tokens.append(Token("$END", "", len(text), len(text)))
        tokens = _in_context(self.tokens)
        return Lexed(tokens, self.problems, self.brackets, self.complete, self.source)

    def _add(self, kind: str, text: str, span: Span) -> None:
        self.tokens.append(Token(kind, text, span.start, span.end))

    def _report(self, code: str, message: str, span: Span, fix: str | None = None) -> None:
        self.problems.append(Diagnostic(code, message, span, fix=fix))

    def _number(self, text: str, span: Span) -> None:
        self._add("NUMBER", text if _NUMBER.fullmatch(text) else "0", span)
        if len(text) > LONGEST_NUMBER:
            self._add_problem_of_long_number(span)
        elif not _NUMBER.fullmatch(text):
            suffix = re.fullmatch(r"(0[xX][0-9a-fA-F]+|[1-9][0-9]*|0)[uUlL]+", text)
            octal = re.fullmatch(r"0+([1-9][0-9]*)", text)
            fix = "decimal and `0x` hexadecimal numbers are understood"
            if suffix:
                fix = f"write `{suffix[1]}`: integers have no size here"
            elif octal:
                fix = f"write `{octal[1]}`, or the octal number in hexadecimal"
            self._report("E005", f"`{text}` is no number", span, fix)

    def _add_problem_of_long_number(self, span: Span) -> None:
        self.tokens[-1] = Token("NUMBER", "0", span.start, span.end)
        self._report("E005", f"a number of more than {LONGEST_NUMBER} digits", span)

    def _string(self, text: str, span: Span) -> None:
        if len(text) < 2 or not text.endswith('"'):
            text = text.rstrip("\r")
            span = Span(span.start, span.start + len(text))
            self._report("E004", "this string is never closed", span, 'close it with `"`')
            ends_statement = text.endswith(";")
            self._add("STRING", text + '"', span)
            if ends_statement:
                self._add("SEMICOLON", ";", Span(span.end, span.end))
        else:
            self._add("STRING", text, span)

    def _hidden(self, char: str, start: int) -> None:
        """Reports what no reader sees, or what some programs take for the end of a line."""
        name = _LINE_ENDS.get(char)
        what = f"{name} is no end of a line here" if name else "this character cannot be seen"
        self._report(
            "E018",
            f"U+{ord(char):04X}: {what}",
            Span(start, start + 1),
            "end lines as Unix or DOS does" if name else "take it out",
        )

    def _stray(self, text: str, span: Span) -> None:
        if _HIDDEN.match(text):
            self._add("STRAY", text, span)
            return
        last = self.tokens[-1] if self.tokens else None
        self._add("STRAY", text, span)
        if last is not None and last.type == "STRAY" and last.end == span.start:
            return
        shown = text[0] if text[0].isprintable() else f"U+{ord(text[0]):04X}"
        fix = _LOOK_ALIKES.get(text[0])
        self._report(
            "E002",
            f"the character `{shown}` has no meaning here",
            Span(span.start, span.start + 1),
            f"write `{fix}`" if fix else None,
        )

    def _nest(self, token: Token) -> None:
        """Counts brackets and operators; ends the reading where there are too many."""
        text = token.text
        if text in "{([":
            self.brackets.append(token)
            self.chains.append(0)
            if len(self.brackets) > DEEPEST:
                self._too_deep(token, f"brackets nest more than {DEEPEST} deep here")
        elif text in _CLOSES:
            if self.brackets and self.brackets[-1].text == _CLOSES[text]:
                self.brackets.pop()
                self.chains.pop()
            if text == "}":
                self.chains[-1] = 0
        elif text in ";,":
            self.chains[-1] = 0
        else:
            self._chain(token)

    def _chain(self, token: Token) -> None:
        self.chains[-1] += 1
        if self.chains[-1] > LONGEST_CHAIN:
            self._too_deep(token, f"more than {LONGEST_CHAIN} operators in one expression")

    def _too_deep(self, token: Token, message: str) -> None:
        notes: tuple[Note, ...] = ()
        if self.brackets:
            notes = (Note("the outermost bracket is here", self.brackets[0].span),)
        fix = "name parts of it with `define`"
        self.problems.append(Diagnostic("E006", message, token.span, notes, fix))
        self.complete = False


_LOOK_ALIKES = {
    "\u2018": "'",
    "\u2019": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u2013": "-",
    "\u2212": "-",
    "\u2026": "..",
    "\u21d2": "=>",
    "\u2227": "&&",
    "\u2228": "||",
    "\u00ac": "!",
    "\u2200": "forall",
    "\u2203": "exists",
    "\u2260": "!=",
    "\u2264": "<=",
    "\u2265": ">=",
    "\u2208": "in",
    "~": "!",
    "'": '"',
}


def _in_context(tokens: list[Token]) -> list[Token]:
    """Settles what the next token decides: keyword or name, block or record literal."""
    settled = list(tokens)
    for position, token in enumerate(tokens[:-1]):
        following = tokens[position + 1]
        if token.type == "LBRACE":
            if following.type == "DOT":
                settled[position] = Token("RECORD_BRACE", "{", token.start, token.end)
        elif token.text in DECLARATION_WORDS:
            if not (following.text[:1].isalpha() or following.text[:1] == "_"):
                settled[position] = Token("NAME", token.text, token.start, token.end)
        elif _FOLLOWED_BY.get(token.text, following.text) != following.text:
            settled[position] = Token("NAME", token.text, token.start, token.end)
    return settled
