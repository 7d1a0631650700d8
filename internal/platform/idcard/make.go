package idcard

import (
	"fmt"
	"time"
)

// Make builds a valid number for demonstration and tests from an address code, a birth date and a sequence below 500;
// the sex decides the parity of the last digit of the sequence. The same input gives the same number.
func Make(area string, birth time.Time, seq int, sex Sex) string {
	if len(area) != 6 || seq < 0 || seq >= 500 {
		panic(fmt.Sprintf("idcard: Make(%q, seq %d)", area, seq))
	}
	odd := 0
	if sex == Male {
		odd = 1
	}
	first17 := fmt.Sprintf("%s%s%03d", area, birth.Format("20060102"), seq*2+odd)
	return first17 + string(CheckDigit(first17))
}
