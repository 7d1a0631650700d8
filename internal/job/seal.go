package job

import (
	"encoding/json"
	"fmt"

	"touyan/internal/access"
)

// A file that a run leaves may hold what pages mask, and its parameters a number that was searched for: both lie sealed, so
// that a dump of the database shows neither.
const (
	sealFile   = "job.file"
	sealParams = "job.params"
)

var sealedColumns = []access.Sealed{
	{Table: "job_files", Key: []string{"run_id"}, Column: access.Column{Name: "content"}, Purpose: sealFile, Files: true},
	{Table: "job_file_parts", Key: []string{"run_id", "part"}, Column: access.Column{Name: "content"}, Purpose: sealFile, Files: true},
	{Table: "job_runs", Column: access.Column{Name: "params", JSON: true}, Purpose: sealParams},
}

func (r *Runner) seal(tenant int64, content []byte) []byte {
	if len(content) == 0 {
		return []byte{} // a streamed file lies in its parts
	}
	return r.keys.Encrypt(tenant, sealFile, string(content))
}

func (r *Runner) unseal(tenant int64, sealed []byte) ([]byte, error) {
	plain, err := r.keys.Decrypt(tenant, sealFile, sealed)
	if err != nil {
		return nil, fmt.Errorf("open the file of a run: %w", err)
	}
	return []byte(plain), nil
}

// sealParams makes a JSON string of the parameters.
func (r *Runner) sealParams(tenant int64, params []byte) []byte {
	b, _ := json.Marshal(r.keys.Encrypt(tenant, sealParams, string(params))) // bytes
	return b
}

// openParams reads them. What was queued before they were sealed is an object.
func (r *Runner) openParams(tenant int64, stored []byte) ([]byte, error) {
	var sealed []byte
	if json.Unmarshal(stored, &sealed) != nil {
		return stored, nil
	}
	plain, err := r.keys.Decrypt(tenant, sealParams, sealed)
	if err != nil {
		return nil, fmt.Errorf("open the parameters of a run: %w", err)
	}
	return []byte(plain), nil
}
