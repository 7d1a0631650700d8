package cadre

import (
	"slices"

	"touyan/internal/access"
	"touyan/internal/platform/crypt"
)

// sealedColumns are those of this module whose values are encrypted. A merge keeps the file as it stood before, with the
// same columns as members of a document, so that it can be taken back.
var sealedColumns = slices.Concat(
	sealedFile("persons", func(name string) access.Column { return access.Column{Name: name} }),
	sealedFile("person_merges", func(name string) access.Column { return access.Column{Name: "before", Member: name} }),
	[]access.Sealed{
		{Table: "attachments", Column: access.Column{Name: "content"}, Purpose: "cadre.attachment", Files: true},
		{Table: "change_requests", Column: access.Column{Name: "old_sealed"}, Purpose: "cadre.change"},
		{Table: "change_requests", Column: access.Column{Name: "new_sealed"}, Purpose: "cadre.change"},
		{Table: "election_rows", Column: access.Column{Name: "id_cipher"}, Purpose: "cadre.id_number", Indexes: []access.Index{
			{Column: access.Column{Name: "id_index"}, Of: IDIndex}}},
		{Table: "import_batches", Column: access.Column{Name: "content"}, Purpose: "cadre.import", Files: true},
	})

func sealedFile(table string, at func(name string) access.Column) []access.Sealed {
	index := func(purpose string) func(*crypt.Keys, int64, string) []byte {
		return func(keys *crypt.Keys, tenant int64, plain string) []byte { return keys.Index(tenant, purpose, plain) }
	}
	tail := func(keys *crypt.Keys, tenant int64, number string) []byte {
		return TailIndex(keys, tenant, number[len(number)-4:])
	}
	return []access.Sealed{
		{Table: table, Column: at("id_cipher"), Purpose: "cadre.id_number", Indexes: []access.Index{
			{Column: at("id_index"), Of: IDIndex}, {Column: at("id_tail_index"), Of: tail}}},
		{Table: table, Column: at("phone_cipher"), Purpose: "cadre.phone", Indexes: []access.Index{{Column: at("phone_index"), Of: index("cadre.phone")}}},
		{Table: table, Column: at("phone2_cipher"), Purpose: "cadre.phone"},
		{Table: table, Column: at("bank_cipher"), Purpose: "cadre.bank", Indexes: []access.Index{{Column: at("bank_index"), Of: index("cadre.bank")}}},
		{Table: table, Column: at("address_cipher"), Purpose: "cadre.address"},
	}
}
