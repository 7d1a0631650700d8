package app

import (
	"touyan/internal/access"
	"touyan/internal/assessment"
	"touyan/internal/job"
	"touyan/internal/org"
	"touyan/internal/platform/crypt"
)

// house holds the modules. What a module needs of another is handed over here and nowhere else.
type house struct {
	org        *org.Module
	assessment *assessment.Module
	modules    []access.Module
}

func build(_ *crypt.Keys, jobs *job.Runner) house {
	h := house{org: org.New(), assessment: assessment.New(positionTitle)}
	h.modules = []access.Module{
		h.org.Module(),
		jobs.Module(),
		h.assessment.Module(),
	}
	return h
}

// bind hands the core to the modules that start work beyond a user's scope.
func (h house) bind(core *access.Core) {
	h.org.Bind(core)
}

func positionTitle(code string, _ bool) string { return code }
