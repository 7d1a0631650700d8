package assessment

import "touyan/internal/access"

func (m *Module) reviewRoutes() []access.Route { return nil }
