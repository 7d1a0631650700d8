package idcard

import "strings"

// Mask is the form of internal lists, six and four characters: 621202********0019. What is no whole number is hidden
// altogether, since nobody knows which part of it identifies.
func Mask(number string) string { return mask(number, 6, 4) }

// MaskStrict is the form of what leaves the office, three and three: 621************019.
func MaskStrict(number string) string { return mask(number, 3, 3) }

// LastFour is what people are asked for on the telephone, empty if the number is not whole.
func LastFour(number string) string {
	if len(number) != 18 {
		return ""
	}
	return number[14:]
}

func mask(number string, head, tail int) string {
	if number == "" {
		return ""
	}
	if len(number) != 18 {
		return strings.Repeat("*", 18)
	}
	return number[:head] + strings.Repeat("*", 18-head-tail) + number[18-tail:]
}
