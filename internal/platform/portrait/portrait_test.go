package portrait_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"touyan/internal/platform/fault"
	"touyan/internal/platform/portrait"
)

// flag is a picture of w by h whose quarters are red, green, blue and white, clockwise from the upper left.
func flag(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.Set(x, y, quarter(x*2 >= w, y*2 >= h))
		}
	}
	return m
}

func quarter(right, low bool) color.RGBA {
	switch {
	case !right && !low:
		return color.RGBA{220, 0, 0, 255}
	case right && !low:
		return color.RGBA{0, 200, 0, 255}
	case right:
		return color.RGBA{0, 0, 220, 255}
	}
	return color.RGBA{255, 255, 255, 255}
}

func jpegOf(t *testing.T, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// held adds the note of a camera that was held the given way, with a place in it.
func held(data []byte, orientation uint16, order binary.ByteOrder) []byte {
	tiff := []byte("MM")
	if order == binary.LittleEndian {
		tiff = []byte("II")
	}
	add := func(v any) { tiff, _ = binary.Append(tiff, order, v) }
	add(uint16(42))
	add(uint32(8))
	add(uint16(1))
	add(uint16(0x0112))
	add(uint16(3))
	add(uint32(1))
	add(orientation)
	add(uint16(0))
	add(uint32(0))
	body := append(append([]byte("Exif\x00\x00"), tiff...), "GPS 33.4N 104.9E"...)
	segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(body)+2))
	return append(append(append([]byte{0xff, 0xd8}, segment...), body...), data[2:]...)
}

func decode(t *testing.T, data []byte) image.Image {
	t.Helper()
	m, format, err := image.Decode(bytes.NewReader(data))
	if err != nil || format != "jpeg" {
		t.Fatalf("%s, %v", format, err)
	}
	if b := m.Bounds(); b.Dx() != portrait.Width || b.Dy() != portrait.Height {
		t.Fatalf("the photo is %v", b)
	}
	return m
}

// corners names the colours near the four corners, clockwise from the upper left.
func corners(m image.Image) string {
	out := ""
	for _, p := range []image.Point{{10, 10}, {portrait.Width - 10, 10}, {portrait.Width - 10, portrait.Height - 10}, {10, portrait.Height - 10}} {
		r, g, b, _ := m.At(p.X, p.Y).RGBA()
		switch {
		case r > 0xc000 && g > 0xc000 && b > 0xc000:
			out += "w"
		case r > 0x8000:
			out += "r"
		case g > 0x8000:
			out += "g"
		case b > 0x8000:
			out += "b"
		default:
			out += "?"
		}
	}
	return out
}

func TestAPhotoStandsUpright(t *testing.T) {
	t.Parallel()
	for orientation, want := range map[uint16]string{1: "rgbw", 2: "grwb", 3: "bwrg", 4: "wbgr", 5: "rwbg", 6: "wrgb", 7: "bgrw", 8: "gbwr", 9: "rgbw", 0: "rgbw"} {
		w, h := 350, 490
		if orientation >= 5 && orientation <= 8 {
			w, h = h, w
		}
		for _, order := range []binary.ByteOrder{binary.BigEndian, binary.LittleEndian} {
			made, err := portrait.Make(held(jpegOf(t, flag(w, h)), orientation, order), portrait.Mid)
			if err != nil {
				t.Fatal(err)
			}
			if got := corners(decode(t, made)); got != want {
				t.Errorf("orientation %d: corners %s, want %s", orientation, got, want)
			}
			if bytes.Contains(made, []byte("GPS")) || bytes.Contains(made, []byte("Exif")) {
				t.Error("the place stayed in the photo")
			}
		}
	}
}

func TestAPhotoIsCutToTwoInches(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		w, h int
		cut  portrait.Cut
		want string
	}{{1000, 490, portrait.Head, "rrww"}, {1000, 490, portrait.Tail, "ggbb"}, {1000, 490, portrait.Mid, "rgbw"},
		{350, 1000, portrait.Head, "rggr"}, {350, 1000, portrait.Tail, "wbbw"}, {350, 1000, "nonsense", "rgbw"}, {2000, 2800, portrait.Mid, "rgbw"}} {
		made, err := portrait.Make(jpegOf(t, flag(c.w, c.h)), c.cut)
		if err != nil {
			t.Fatal(err)
		}
		if got := corners(decode(t, made)); got != c.want {
			t.Errorf("%d×%d %s: corners %s, want %s", c.w, c.h, c.cut, got, c.want)
		}
	}
	// What is transparent becomes white paper.
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewNRGBA(image.Rect(0, 0, 350, 490))); err != nil {
		t.Fatal(err)
	}
	made, err := portrait.Make(b.Bytes(), portrait.Mid)
	if err != nil || corners(decode(t, made)) != "wwww" {
		t.Errorf("a transparent picture: %v", err)
	}
}

func TestWhatIsNoPhotoIsRefused(t *testing.T) {
	t.Parallel()
	good := jpegOf(t, flag(350, 490))
	for name, c := range map[string]struct {
		data []byte
		say  string
	}{
		"bomb":       {giant(100_000, 100_000), "像素过大"},
		"overflow":   {giant(0x7fffffff, 0x7fffffff), "照片"},
		"thin":       {jpegOf(t, flag(210, 900)), "狭长"},
		"small":      {jpegOf(t, flag(90, 120)), "太小"},
		"cut short":  {good[:len(good)/2], "损坏"},
		"html":       {[]byte("<html>"), "JPG 或 PNG"},
		"gif":        {[]byte("GIF89a"), "JPG 或 PNG"},
		"empty":      {nil, "JPG 或 PNG"},
		"too heavy":  {make([]byte, portrait.MaxBytes+1), "5MB"},
		"endless":    {[]byte("\xff\xd8\xff\xe1\x00\x00"), "损坏"},
		"bad exif":   {append([]byte("\xff\xd8\xff\xe1\x00\x10Exif\x00\x00II\xff\xff\xff\xff\xff\xff"), good[2:20]...), "损坏"},
		"only start": {[]byte("\xff\xd8\xff"), "损坏"},
	} {
		_, err := portrait.Make(c.data, portrait.Mid)
		if k := fault.Of(err).Kind; err == nil || k != fault.KindInvalid && k != fault.KindTooLarge || !strings.Contains(fault.Of(err).Sentence, c.say) {
			t.Errorf("%s: %v, want %q", name, err, c.say)
		}
	}
}

// giant is a PNG of a few bytes that says how many pixels it has.
func giant(w, h uint32) []byte {
	head := binary.BigEndian.AppendUint32([]byte("IHDR"), w)
	head = binary.BigEndian.AppendUint32(head, h)
	head = append(head, 8, 2, 0, 0, 0)
	out := binary.BigEndian.AppendUint32([]byte("\x89PNG\r\n\x1a\n"), uint32(len(head)-4))
	out = append(out, head...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(head))
}
