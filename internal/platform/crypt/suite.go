package crypt

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"hash"

	"github.com/emmansun/gmsm/sm3"
	"github.com/emmansun/gmsm/sm4"
)

// Suite names a set of algorithms, as it stands in the secret file.
type Suite string

// The suites. A district that falls under GB/T 39786-2021 (密评) takes SM.
const (
	AES Suite = "aes" // AES-256-GCM and HMAC-SHA256
	SM  Suite = "sm"  // SM4-GCM (GB/T 32907) and HMAC-SM3 (GB/T 32905)
)

// algorithms are what a suite is made of. The mark stands as first byte of every ciphertext and is never reused.
type algorithms struct {
	mark    byte
	keySize int
	block   func(key []byte) (cipher.Block, error)
	hash    func() hash.Hash
}

var suites = map[Suite]algorithms{
	AES: {mark: 1, keySize: 32, block: aes.NewCipher, hash: sha256.New},
	SM:  {mark: 2, keySize: 16, block: sm4.NewCipher, hash: sm3.New},
}

// key is one generation: everything derived from one secret of the file.
type key struct {
	id     uint16
	suite  Suite
	mark   byte
	aead   cipher.AEAD
	hash   func() hash.Hash
	pepper []byte // key of the blind indexes
}

// newKey derives separate keys for encryption and index, so that neither use weakens the other.
func newKey(id uint16, suite Suite, secret []byte) (*key, error) {
	a, known := suites[suite]
	if !known {
		return nil, fmt.Errorf("未知的密码套件%q,应为 aes 或 sm", string(suite))
	}
	if len(secret) != secretSize {
		return nil, fmt.Errorf("密钥%d长度不符", id)
	}
	derive := func(use string, size int) ([]byte, error) { return hkdf.Key(a.hash, secret, nil, "touyan/"+use, size) }
	encryption, err := derive("field", a.keySize)
	if err != nil {
		return nil, fmt.Errorf("derive field key: %w", err)
	}
	pepper, err := derive("index", 32)
	if err != nil {
		return nil, fmt.Errorf("derive index key: %w", err)
	}
	block, err := a.block(encryption)
	if err != nil {
		return nil, fmt.Errorf("field cipher: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("field cipher mode: %w", err)
	}
	return &key{id: id, suite: suite, mark: a.mark, aead: aead, hash: a.hash, pepper: pepper}, nil
}

func (k *key) mac(parts ...[]byte) []byte {
	h := hmac.New(k.hash, k.pepper)
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}
