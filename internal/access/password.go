package access

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"math/big"
	"runtime"
	"strings"
	"unicode"

	"github.com/alexedwards/argon2id"
	"touyan/internal/platform/fault"
)

// OWASP's second parameter set: 19 MiB, two passes. The library's default takes three times as long for no more safety here.
var hashing = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

func (c *Core) prepareHashing() {
	// More hashes at once than cores only make everybody wait and eat 19 MiB each.
	c.hashing = make(chan struct{}, runtime.NumCPU())
	// Who is unknown is compared with a hash of nothing, made up of random bytes: the answer takes as long as for who is known.
	random := make([]byte, hashing.SaltLength+hashing.KeyLength)
	_, _ = rand.Read(random) // never fails
	salt, key := random[:hashing.SaltLength], random[hashing.SaltLength:]
	c.dummyHash = fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", hashing.Memory, hashing.Iterations, hashing.Parallelism,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

func (c *Core) hash(password string) (string, error) {
	c.hashing <- struct{}{}
	defer func() { <-c.hashing }()
	return argon2id.CreateHash(password, hashing)
}

func (c *Core) matches(password, hash string) bool {
	if hash == "" {
		hash = c.dummyHash
	}
	c.hashing <- struct{}{}
	defer func() { <-c.hashing }()
	ok, err := argon2id.ComparePasswordAndHash(password, hash)
	return err == nil && ok
}

func pick(alphabet string) byte {
	n, err := rand.Int(rand.Reader, big.NewInt(int64(len(alphabet))))
	if err != nil {
		panic(err) // the operating system has no randomness: nothing secret can be made
	}
	return alphabet[n.Int64()]
}

// randomCode makes a one-time code of eight digits.
func randomCode() string {
	b := make([]byte, 8)
	for i := range b {
		b[i] = pick("0123456789")
	}
	return string(b)
}

// CheckPassword holds a new password to GB/T 22239-2019 §8.1.4.1 as this product sets it: at least ten characters of
// three classes, without the user's name.
func CheckPassword(password, username string) error {
	if len([]rune(password)) < 10 {
		return fault.Invalid("密码至少10位")
	}
	if len(password) > 200 {
		return fault.Invalid("密码过长")
	}
	var classes [4]bool
	for _, r := range password {
		switch {
		case unicode.IsLower(r):
			classes[0] = true
		case unicode.IsUpper(r):
			classes[1] = true
		case unicode.IsDigit(r):
			classes[2] = true
		default:
			classes[3] = true
		}
	}
	n := 0
	for _, c := range classes {
		if c {
			n++
		}
	}
	if n < 3 {
		return fault.Invalid("密码须包含大写字母、小写字母、数字、符号中的三种")
	}
	if username != "" && strings.Contains(strings.ToLower(password), strings.ToLower(username)) {
		return fault.Invalid("密码不能包含用户名")
	}
	return nil
}
