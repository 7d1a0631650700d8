package xlsx

import (
	"errors"
	"io"
	"strings"
)

// Told is what a reader says of a part: <name key=value|…>, </name> and texts, texts that follow each other as one. The
// second result tells whether it came to the end.
func Told(next func() (string, error)) (string, bool) {
	var b strings.Builder
	for {
		piece, err := next()
		if err != nil {
			return b.String(), errors.Is(err, io.EOF)
		}
		b.WriteString(piece)
	}
}

// TokensOf is what this package says of a part.
func TokensOf(part string) (string, bool) {
	in := newTokens(strings.NewReader(part))
	return Told(func() (string, error) {
		if err := in.next(); err != nil {
			return "", err
		}
		switch in.kind {
		case startTag:
			out := "<" + string(in.name)
			for _, a := range in.attrs {
				out += " " + string(a.name) + "=" + string(a.value) + "|"
			}
			return out + ">", nil
		case endTag:
			return "</" + string(in.name) + ">", nil
		}
		return string(in.text), nil
	})
}
