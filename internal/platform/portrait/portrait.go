// Package portrait makes a file's photo from what was uploaded: turned upright, cut to the two-inch ratio of 35 to 49 and
// drawn anew, so that nothing of the original but its pixels stays (no place, no device, no comment).
package portrait

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/draw"
	"touyan/internal/platform/fault"
)

// Width and Height are those of a two-inch photo (35 mm by 49 mm) at 300 dots per inch.
const (
	Width  = 413
	Height = 579
)

// The limits of an upload. Pixels are counted before anything is decoded.
const (
	MaxBytes  = 5 << 20
	maxPixels = 25_000_000
	minSide   = 200
)

// Cut says which part of a photo of another ratio stays.
type Cut string

// The cuts: the upper part of a high photo or the left one of a wide one, the middle, the lower or right part.
const (
	Head Cut = "head"
	Mid  Cut = "mid"
	Tail Cut = "tail"
)

// decoding bounds the memory of photos that are open at once.
var decoding = make(chan struct{}, 2)

// Check says why a picture cannot become a photo, as far as its head tells. The error is a sentence for the user.
func Check(data []byte) error {
	_, _, err := measured(data)
	return err
}

// Make gives the photo as JPEG. The error is a sentence for the user.
func Make(data []byte, cut Cut) ([]byte, error) {
	decode, m, err := measured(data)
	if err != nil {
		return nil, err
	}
	decoding <- struct{}{}
	defer func() { <-decoding }()
	picture, err := decode(bytes.NewReader(data))
	if err != nil {
		return nil, damaged(err)
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, cutOut(picture, m.turn, m.w, m.h, cut), &jpeg.Options{Quality: 90}); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// measures are the sides of a picture once it stands upright, and how it must be turned for that.
type measures struct{ w, h, turn int }

// measured finds the decoder of a picture and its measures, and refuses what cannot become a photo.
func measured(data []byte) (func(r *bytes.Reader) (image.Image, error), measures, error) {
	if len(data) > MaxBytes {
		return nil, measures{}, fault.TooLarge("照片不能超过%dMB", MaxBytes>>20)
	}
	decode, size, err := open(data)
	if err != nil {
		return nil, measures{}, err
	}
	m := measures{size.Width, size.Height, 1}
	if bytes.HasPrefix(data, []byte("\xff\xd8")) {
		m.turn = orientation(data)
	}
	if m.turn >= 5 {
		m.w, m.h = m.h, m.w
	}
	switch w, h := m.w, m.h; {
	case w <= 0 || h <= 0 || w*h > maxPixels:
		return nil, m, fault.Invalid("照片的像素过大(%d×%d),请缩小后上传", w, h)
	case w < minSide || h < minSide:
		return nil, m, fault.Invalid("照片太小(%d×%d),宽和高都应在%d像素以上", w, h, minSide)
	case w > 3*h || h > 3*w:
		return nil, m, fault.Invalid("照片过于狭长,请先裁成接近2寸照片的形状")
	}
	return decode, m, nil
}

func open(data []byte) (func(r *bytes.Reader) (image.Image, error), image.Config, error) {
	r := bytes.NewReader(data)
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		c, err := jpeg.DecodeConfig(r)
		return func(r *bytes.Reader) (image.Image, error) { return jpeg.Decode(r) }, c, damaged(err)
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		c, err := png.DecodeConfig(r)
		return func(r *bytes.Reader) (image.Image, error) { return png.Decode(r) }, c, damaged(err)
	}
	return nil, image.Config{}, fault.Invalid("照片应是 JPG 或 PNG 图片,这个文件的内容不是")
}

func damaged(err error) error {
	if err == nil {
		return nil
	}
	return fault.Because(fault.Invalid("照片已损坏,请重新拍摄或扫描后上传"), err)
}

// cutOut scales the whole picture, of w by h pixels once it stands upright, so that the part which stays has the final
// size, turns it and cuts.
func cutOut(picture image.Image, turn, w, h int, cut Cut) image.Image {
	sw, sh := Width, (h*Width+w/2)/w // as wide as the photo and higher
	if w*Height > h*Width {
		sw, sh = (w*Height+h/2)/h, Height
	}
	sw, sh = max(sw, Width), max(sh, Height)
	raw := image.Rect(0, 0, sw, sh)
	if turn >= 5 {
		raw = image.Rect(0, 0, sh, sw)
	}
	scaled := image.NewRGBA(raw)
	draw.Draw(scaled, raw, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.CatmullRom.Scale(scaled, raw, picture, picture.Bounds(), draw.Over, nil)
	left, top := (sw-Width)/2, (sh-Height)/2
	switch cut {
	case Head:
		left, top = 0, 0
	case Tail:
		left, top = sw-Width, sh-Height
	}
	out := image.NewRGBA(image.Rect(0, 0, Width, Height))
	for y := range Height {
		for x := range Width {
			rx, ry := turned(turn, left+x, top+y, sw, sh)
			out.SetRGBA(x, y, scaled.RGBAAt(rx, ry))
		}
	}
	return out
}

// turned gives where the pixel (x, y) of the upright picture of w by h stands in the file, by the orientation of TIFF 6.0.
func turned(turn, x, y, w, h int) (int, int) {
	switch turn {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return y, w - 1 - x
	case 7:
		return h - 1 - y, w - 1 - x
	case 8:
		return h - 1 - y, x
	}
	return x, y
}
