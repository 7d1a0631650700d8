// Package crypt owns the secret file and what is done with it: encryption of sensitive columns, blind indexes for finding
// them, and the secrets of sessions, links and demonstration passwords.
//
// A ciphertext is [algorithm 1][key id 2][nonce 12][sealed], bound by additional data to its header, purpose and
// district, so that a value copied into another column or another district does not open. Old generations stay in the
// file: they open old rows and backups while new values are sealed with the active one. Nothing here prints a secret.
// How a database moves from one generation to the next stands in internal/app/rekey.go.
package crypt

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
)

const (
	headerSize = 3
	nonceSize  = 12
	secretSize = 32
)

// ErrOpen means that a ciphertext was not sealed by these keys for this district and purpose, or was altered.
var ErrOpen = errors.New("crypt: ciphertext does not open")

// Keys are the secrets of one installation. They are immutable and safe for concurrent use.
type Keys struct {
	file   file
	keys   map[uint16]*key
	active *key // seals
	index  *key // indexes
}

// Encrypt seals a value of a district for a purpose, such as "cadre.id_number". Empty stays empty (NULL).
func (k *Keys) Encrypt(tenant int64, purpose, plain string) []byte {
	if plain == "" {
		return nil
	}
	a := k.active
	out := make([]byte, headerSize+nonceSize, headerSize+nonceSize+len(plain)+a.aead.Overhead())
	out[0] = a.mark
	binary.BigEndian.PutUint16(out[1:], a.id)
	nonce := out[headerSize : headerSize+nonceSize]
	_, _ = rand.Read(nonce) // never fails: the program ends instead
	return a.aead.Seal(out, nonce, []byte(plain), bound(out[:headerSize], tenant, purpose))
}

// Decrypt opens what Encrypt sealed for the same district and purpose. Empty stays empty.
func (k *Keys) Decrypt(tenant int64, purpose string, sealed []byte) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	if len(sealed) < headerSize+nonceSize {
		return "", ErrOpen
	}
	id := binary.BigEndian.Uint16(sealed[1:])
	generation, known := k.keys[id]
	if !known {
		return "", fmt.Errorf("%w: key %d is not in the secret file", ErrOpen, id)
	}
	if generation.mark != sealed[0] {
		return "", fmt.Errorf("%w: key %d is of another algorithm", ErrOpen, id)
	}
	header, nonce := sealed[:headerSize], sealed[headerSize:headerSize+nonceSize]
	plain, err := generation.aead.Open(nil, nonce, sealed[headerSize+nonceSize:], bound(header, tenant, purpose))
	if err != nil {
		return "", ErrOpen
	}
	return string(plain), nil
}

// Index is the blind index of a normalised value: equal values of one district and purpose have equal indexes, and
// nothing else can be told without the secret file. Empty stays empty (NULL).
func (k *Keys) Index(tenant int64, purpose, value string) []byte {
	if value == "" {
		return nil
	}
	return k.index.mac(bound(nil, tenant, purpose), []byte(value))
}

// ActiveKey is the id of the generation that seals.
func (k *Keys) ActiveKey() uint16 { return k.active.id }

// ActiveSuite is the suite of the generation that seals.
func (k *Keys) ActiveSuite() Suite { return k.active.suite }

// IndexKey is the id of the generation that indexes.
func (k *Keys) IndexKey() uint16 { return k.index.id }

// Has reports whether the secret file has a generation.
func (k *Keys) Has(id uint16) bool { return k.keys[id] != nil }

// IndexedBy gives the same keys with the indexes of a generation. Indexes of two generations cannot be compared, so all of
// a database belong to one, and the database says which (package access).
func (k *Keys) IndexedBy(id uint16) (*Keys, error) {
	if !k.Has(id) {
		return nil, fmt.Errorf("key %d is not in the secret file", id)
	}
	other := *k
	other.index = k.keys[id]
	return &other, nil
}

// bound is the additional data. The purpose carries its length, so that no two inputs share one form.
func bound(header []byte, tenant int64, purpose string) []byte {
	b := make([]byte, 0, len(header)+12+len(purpose))
	b = append(b, header...)
	b = binary.BigEndian.AppendUint64(b, uint64(tenant))
	b = binary.BigEndian.AppendUint32(b, uint32(len(purpose)))
	return append(b, purpose...)
}

// Session is the secret of session cookies.
func (k *Keys) Session() []byte { return append([]byte(nil), k.file.Session...) }

// Links is the secret of link tokens.
func (k *Keys) Links() []byte { return append([]byte(nil), k.file.Links...) }

// DemoPassword is the password of a demonstration account: always the same for one secret file, different in every
// installation.
func (k *Keys) DemoPassword(username string) string {
	h := hmac.New(sha256.New, k.file.Demo)
	h.Write([]byte("demo password/" + username))
	return readable(h.Sum(nil))
}

// Password makes a random password that can be read out: upper and lower case letters, digits and hyphens.
func Password() string {
	seed := make([]byte, 32)
	_, _ = rand.Read(seed)
	return readable(seed)
}

// readable spells a seed as Kaven-sutor-ramek-4827, some 54 bits, without letters or digits that look alike.
func readable(seed []byte) string {
	const consonants, vowels, figures = "bdfghkmnprstvwz", "aeu", "23456789"
	next := func(alphabet string) byte {
		v := binary.BigEndian.Uint16(seed)
		seed = seed[1:]
		return alphabet[int(v)%len(alphabet)]
	}
	var out []byte
	for range 3 {
		for _, alphabet := range []string{consonants, vowels, consonants, vowels, consonants} {
			out = append(out, next(alphabet))
		}
		out = append(out, '-')
	}
	out[0] -= 'a' - 'A'
	for range 4 {
		out = append(out, next(figures))
	}
	return string(out)
}

const hidden = "密钥(不显示)"

// String hides the secrets.
func (k *Keys) String() string { return hidden }

// GoString hides the secrets from %#v.
func (k *Keys) GoString() string { return hidden }

// Format hides the secrets from every verb.
func (k *Keys) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(hidden)) }

// LogValue hides the secrets from logs.
func (k *Keys) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalJSON hides the secrets.
func (k *Keys) MarshalJSON() ([]byte, error) { return []byte(`"` + hidden + `"`), nil }
