package xlsx

import (
	"encoding/binary"
	"io"
)

// Limits guards the server against files that are made to exhaust it. A zero field takes its default.
type Limits struct {
	Bytes    int64 // size of the upload; default 20 MB
	Unpacked int64 // sum of all unpacked parts; default 192 MB
	Shared   int64 // unpacked text table, the only part held in memory as a whole; default 64 MB
	Entries  int   // files within the workbook; default 5,000, since rosters may carry a photo per person
	Ratio    int64 // unpacked to packed, of parts above 4 MB; default 150, formatted empty rows reach about 15
}

const ratioFloor = 4 << 20 // below this a high ratio does no harm

func (l Limits) withDefaults() Limits {
	if l.Bytes == 0 {
		l.Bytes = 20 << 20
	}
	if l.Unpacked == 0 {
		l.Unpacked = 192 << 20
	}
	if l.Shared == 0 {
		l.Shared = 64 << 20
	}
	if l.Entries == 0 {
		l.Entries = 5000
	}
	if l.Ratio == 0 {
		l.Ratio = 150
	}
	return l
}

// entryCount reads the number of entries from the end record of a zip archive, so that a directory of a million
// entries is refused before it is loaded. An archive in the zip64 form counts as too many.
func entryCount(r io.ReaderAt, size int64) int {
	const record = 22
	tail := min(size, record+1<<16)
	buf := make([]byte, tail)
	if n, err := r.ReadAt(buf, size-tail); err != nil && int64(n) != tail {
		return 0
	}
	for i := len(buf) - record; i >= 0; i-- {
		if binary.LittleEndian.Uint32(buf[i:]) == 0x06054b50 {
			n := int(binary.LittleEndian.Uint16(buf[i+10:]))
			if n == 0xffff {
				return 1 << 30
			}
			return n
		}
	}
	return 0
}

// capped fails once more than left bytes have come through. The directory of an archive may lie, so its promise is
// checked again while unpacking.
type capped struct {
	r    io.Reader
	left int64
}

func (c *capped) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if c.left -= int64(n); c.left < 0 {
		return 0, tooLarge("文件解压后过大,无法处理;请删除多余的工作表、图片和空行后再上传")
	}
	return n, err
}
