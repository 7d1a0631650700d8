package account

import (
	"context"
	"fmt"
	"io"

	"rsc.io/qr"
)

// qrImage draws a QR code as SVG: one path, no style, so that the page's policy lets it through.
type qrImage struct{ code *qr.Code }

// Render writes the image.
func (q qrImage) Render(_ context.Context, w io.Writer) error {
	if q.code == nil {
		return nil
	}
	const quiet = 4 // modules of white around, as the standard asks
	n := q.code.Size + 2*quiet
	if _, err := fmt.Fprintf(w, `<svg class="qr" role="img" aria-label="二维码" width="200" height="200" viewBox="0 0 %d %d"><rect width="%d" height="%d" fill="#fff"/><path fill="#000" d="`, n, n, n, n); err != nil {
		return err
	}
	for y := range q.code.Size {
		for x := range q.code.Size {
			if q.code.Black(x, y) {
				if _, err := fmt.Fprintf(w, "M%d %dh1v1h-1z", x+quiet, y+quiet); err != nil {
					return err
				}
			}
		}
	}
	_, err := io.WriteString(w, `"/></svg>`)
	return err
}
