package cadre

import "touyan/internal/platform/crypt"

// IDIndex is the key under which the register finds a whole ID number.
func IDIndex(keys *crypt.Keys, tenant int64, number string) []byte {
	return keys.Index(tenant, "cadre.id_number", number)
}

// TailIndex is the key under which the register finds the last four characters of an ID number.
func TailIndex(keys *crypt.Keys, tenant int64, tail string) []byte {
	return keys.Index(tenant, "cadre.id_tail", tail)
}

// Phone opens a person's number. Show it masked (MaskedPhone) unless a reveal or an export was noted.
func (s Store) Phone(tenant int64, p Person) (string, error) {
	return s.keys.Decrypt(tenant, "cadre.phone", p.PhoneCipher)
}
