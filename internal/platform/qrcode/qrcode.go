// Package qrcode draws QR codes as SVG that the pages' policy lets through: one path, no style.
package qrcode

import (
	"context"
	"fmt"
	"io"
	"strings"

	"rsc.io/qr"
)

// Code is the picture of a text. The zero Code draws nothing.
type Code struct{ code *qr.Code }

// Encode makes the code of a text, with a correction that survives a crease or a pin.
func Encode(text string) (Code, error) {
	c, err := qr.Encode(text, qr.M)
	if err != nil {
		return Code{}, fmt.Errorf("QR code: %w", err)
	}
	return Code{c}, nil
}

// Drawn reports whether there is a picture.
func (c Code) Drawn() bool { return c.code != nil }

// Render writes the SVG, with the white margin of four modules that the standard asks for. Black modules that touch in a
// row are one rectangle, which keeps a township's sheets small.
func (c Code) Render(_ context.Context, w io.Writer) error {
	if c.code == nil {
		return nil
	}
	const quiet = 4
	n := c.code.Size + 2*quiet
	var path strings.Builder
	for y := range c.code.Size {
		for x := 0; x < c.code.Size; x++ {
			from := x
			for x < c.code.Size && c.code.Black(x, y) {
				x++
			}
			if n := x - from; n > 0 {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", from+quiet, y+quiet, n, n)
			}
		}
	}
	_, err := fmt.Fprintf(w, `<svg class="qr" role="img" aria-label="二维码" width="200" height="200" viewBox="0 0 %d %d" shape-rendering="crispEdges">`+
		`<rect width="%d" height="%d" fill="#fff"/><path fill="#000" d="%s"/></svg>`, n, n, n, n, path.String())
	return err
}
