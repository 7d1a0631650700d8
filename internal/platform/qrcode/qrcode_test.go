package qrcode_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"regexp"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	reader "github.com/makiuchi-d/gozxing/qrcode"
	"touyan/internal/platform/qrcode"
)

var (
	box = regexp.MustCompile(`viewBox="0 0 (\d+) `)
	run = regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-\d+z`)
)

func number(s string) (n int) {
	fmt.Sscan(s, &n)
	return n
}

// TestAnotherProgramReadsIt draws the SVG's runs as a camera would see them and has another library read them.
func TestAnotherProgramReadsIt(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"http://localhost/login/code", "https://touyan.wudu.example.gov.cn/duty/wall/" + strings.Repeat("Ab9_-", 8)} {
		code, err := qrcode.Encode(text)
		if err != nil {
			t.Fatal(err)
		}
		var svg bytes.Buffer
		if err := code.Render(context.Background(), &svg); err != nil {
			t.Fatal(err)
		}
		const scale = 4
		size := number(box.FindStringSubmatch(svg.String())[1]) * scale
		picture := image.NewGray(image.Rect(0, 0, size, size))
		draw.Draw(picture, picture.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
		for _, m := range run.FindAllStringSubmatch(svg.String(), -1) {
			x, y, n := number(m[1]), number(m[2]), number(m[3])
			draw.Draw(picture, image.Rect(x*scale, y*scale, (x+n)*scale, (y+1)*scale), image.NewUniform(color.Black), image.Point{}, draw.Src)
		}
		bitmap, err := gozxing.NewBinaryBitmapFromImage(picture)
		if err != nil {
			t.Fatal(err)
		}
		got, err := reader.NewQRCodeReader().Decode(bitmap, nil)
		if err != nil || got.GetText() != text {
			t.Errorf("%s reads as %v (%v)", text, got, err)
		}
	}
}

func TestNoCodeDrawsNothing(t *testing.T) {
	t.Parallel()
	var svg bytes.Buffer
	var code qrcode.Code
	if err := code.Render(context.Background(), &svg); err != nil || svg.Len() > 0 || code.Drawn() {
		t.Errorf("%q (%v)", svg.String(), err)
	}
	if _, err := qrcode.Encode(strings.Repeat("x", 5000)); err == nil {
		t.Error("a text that no code holds is encoded")
	}
}
