package assessment

import "touyan/internal/access"

func (m *Module) schemeRoutes() []access.Route { return nil }
